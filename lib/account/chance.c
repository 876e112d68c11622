#include "account/chance.h"

/* The factor that the i-th more run without it adds, i from 1. */
static double factor(uint32_t seen, uint32_t runs, uint32_t i)
{
	double missed = runs - seen;

	return (missed + i) / ((double)runs + 1 + i);
}

double chance_unseen(uint32_t seen, uint32_t runs, uint32_t more)
{
	double p = 1;

	assert(seen <= runs);
	for (uint32_t i = 1; i <= more; i++)
		p *= factor(seen, runs, i);
	return p;
}

uint32_t chance_repeats(uint32_t seen, uint32_t runs, double wanted, uint32_t limit)
{
	double p = 1;
	uint32_t n = 0;

	assert(seen <= runs);
	while (p > wanted && n < limit)
		p *= factor(seen, runs, ++n);
	return n;
}
