/* The page that `straggler report html` fills, from configs/page, which the build compiles in. */
#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H

#include "base/base.h"

/* What comes in front of the data and behind it. Its policy allows the scripts and styles that are in it
 * by their hashes, and nothing else. */
extern const unsigned char page_head[], page_tail[];
extern const size_t page_head_size, page_tail_size;

#endif
