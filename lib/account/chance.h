/*
 * How likely it is that a leak that shows sometimes has just not shown.
 *
 * Nothing is assumed about how often it shows but what was seen: every rate from 0 to 1 was as
 * likely before (Laplace's rule of succession, the beta-binomial distribution with a
 * uniform prior). So one run that showed it proves little, and five prove more.
 */
#ifndef ACCOUNT_CHANCE_H
#define ACCOUNT_CHANCE_H

#include "base/base.h"

/* What is too unlikely to be chance when two commits are compared. */
#define CHANCE_UNLIKELY 0.05

/* The probability that a leak that showed in `seen` of `runs` runs (seen <= runs) shows in
 * none of `more` others. */
double chance_unseen(uint32_t seen, uint32_t runs, uint32_t more);

/* How many runs without it make that probability at most `wanted`; limit when it takes more. */
uint32_t chance_repeats(uint32_t seen, uint32_t runs, double wanted, uint32_t limit);

#endif
