/* Processes that a child left behind. */
#ifndef PROC_STRAY_H
#define PROC_STRAY_H

#include "base/base.h"

/* From now on orphans of our children become our children (man 2 prctl,
 * PR_SET_CHILD_SUBREAPER), so that strays_end finds them. */
void strays_adopt(bool on);

/* Ends and reaps every child of ours but `except` (0: none), again and again until no new
 * orphan turns up. */
void strays_end(int except);

#endif
