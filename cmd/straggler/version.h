/* The version of this program. */
#ifndef VERSION_H
#define VERSION_H

extern const char straggler_version[]; /* "v0.2.0", "v0.2.0-5-g1a2b3c4" */

#endif
