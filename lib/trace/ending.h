/* Who ended a trace that ended with a whole generation. */
#ifndef TRACE_ENDING_H
#define TRACE_ENDING_H

#include "trace/trace.h"

/* TRACE_TESTS, TRACE_TIMEOUT or TRACE_EARLY: enum trace_end says how it is known. */
enum trace_end ending(const struct trace_reader *r);

#endif
