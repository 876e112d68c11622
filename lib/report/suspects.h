/* Whose change a finding may be. */
#ifndef REPORT_SUSPECTS_H
#define REPORT_SUSPECTS_H

#include "report/group.h"
#include "report/screen.h"

/* Lines "suspect": the likeliest few with their first reason, all of both when verbose; or why
 * there are none. Nothing when nobody looked. */
void suspects_print(struct screen *s, const struct group *g);

#endif
