#include "trace/wire.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const struct wire_kind_row wire_kinds[WIRE_KINDS] = {
	[WIRE_EVENT_BATCH] = { "EventBatch", 0, 22 },
	[WIRE_STACKS] = { "Stacks", 0, 22 },
	[WIRE_STACK] = { "Stack", 0, 22 },
	[WIRE_STRINGS] = { "Strings", 0, 22 },
	[WIRE_STRING] = { "String", 0, 22 },
	[WIRE_CPU_SAMPLES] = { "CPUSamples", 0, 22 },
	[WIRE_CPU_SAMPLE] = { "CPUSample", 0, 22 },
	[WIRE_FREQUENCY] = { "Frequency", 0, 22 },
	[WIRE_PROCS_CHANGE] = { "ProcsChange", 3, 22 },
	[WIRE_PROC_START] = { "ProcStart", 3, 22 },
	[WIRE_PROC_STOP] = { "ProcStop", 1, 22 },
	[WIRE_PROC_STEAL] = { "ProcSteal", 4, 22 },
	[WIRE_PROC_STATUS] = { "ProcStatus", 3, 22 },
	[WIRE_GO_CREATE] = { "GoCreate", 4, 22 },
	[WIRE_GO_CREATE_SYSCALL] = { "GoCreateSyscall", 2, 22 },
	[WIRE_GO_START] = { "GoStart", 3, 22 },
	[WIRE_GO_DESTROY] = { "GoDestroy", 1, 22 },
	[WIRE_GO_DESTROY_SYSCALL] = { "GoDestroySyscall", 1, 22 },
	[WIRE_GO_STOP] = { "GoStop", 3, 22 },
	[WIRE_GO_BLOCK] = { "GoBlock", 3, 22 },
	[WIRE_GO_UNBLOCK] = { "GoUnblock", 4, 22 },
	[WIRE_GO_SYSCALL_BEGIN] = { "GoSyscallBegin", 3, 22 },
	[WIRE_GO_SYSCALL_END] = { "GoSyscallEnd", 1, 22 },
	[WIRE_GO_SYSCALL_END_BLOCKED] = { "GoSyscallEndBlocked", 1, 22 },
	[WIRE_GO_STATUS] = { "GoStatus", 4, 22 },
	[WIRE_STW_BEGIN] = { "STWBegin", 3, 22 },
	[WIRE_STW_END] = { "STWEnd", 1, 22 },
	[WIRE_GC_ACTIVE] = { "GCActive", 2, 22 },
	[WIRE_GC_BEGIN] = { "GCBegin", 3, 22 },
	[WIRE_GC_END] = { "GCEnd", 2, 22 },
	[WIRE_GC_SWEEP_ACTIVE] = { "GCSweepActive", 2, 22 },
	[WIRE_GC_SWEEP_BEGIN] = { "GCSweepBegin", 2, 22 },
	[WIRE_GC_SWEEP_END] = { "GCSweepEnd", 3, 22 },
	[WIRE_GC_MARK_ASSIST_ACTIVE] = { "GCMarkAssistActive", 2, 22 },
	[WIRE_GC_MARK_ASSIST_BEGIN] = { "GCMarkAssistBegin", 2, 22 },
	[WIRE_GC_MARK_ASSIST_END] = { "GCMarkAssistEnd", 1, 22 },
	[WIRE_HEAP_ALLOC] = { "HeapAlloc", 2, 22 },
	[WIRE_HEAP_GOAL] = { "HeapGoal", 2, 22 },
	[WIRE_GO_LABEL] = { "GoLabel", 2, 22 },
	[WIRE_USER_TASK_BEGIN] = { "UserTaskBegin", 5, 22 },
	[WIRE_USER_TASK_END] = { "UserTaskEnd", 3, 22 },
	[WIRE_USER_REGION_BEGIN] = { "UserRegionBegin", 4, 22 },
	[WIRE_USER_REGION_END] = { "UserRegionEnd", 4, 22 },
	[WIRE_USER_LOG] = { "UserLog", 5, 22 },
	[WIRE_GO_SWITCH] = { "GoSwitch", 3, 23 },
	[WIRE_GO_SWITCH_DESTROY] = { "GoSwitchDestroy", 3, 23 },
	[WIRE_GO_CREATE_BLOCKED] = { "GoCreateBlocked", 4, 23 },
	[WIRE_GO_STATUS_STACK] = { "GoStatusStack", 5, 23 },
	[WIRE_EXPERIMENTAL_BATCH] = { "ExperimentalBatch", 0, 23 },
	[WIRE_SYNC] = { "Sync", 0, 25 },
	[WIRE_CLOCK_SNAPSHOT] = { "ClockSnapshot", 0, 25 },
	[WIRE_END_OF_GENERATION] = { "EndOfGeneration", 0, 26 },
};

/* Span, SpanAlloc, SpanFree; HeapObject, ...Alloc, ...Free; GoroutineStack, ...Alloc, ...Free. */
static const uint8_t experiment_varints[] = { 4, 4, 2, 3, 3, 2, 3, 3, 2 };

void wire_varints(int version, uint8_t varints[static 256])
{
	memset(varints, 0, 256);
	for (size_t i = 0; i < WIRE_KINDS; i++)
		if (wire_kinds[i].name && wire_kinds[i].since <= version)
			varints[i] = wire_kinds[i].varints;
	if (version >= 23)
		memcpy(varints + WIRE_SPAN, experiment_varints, sizeof(experiment_varints));
}

/* The number in "go 1.NN trace", padded with NULs; 0: not a header. */
static int header_number(const uint8_t header[static WIRE_HEADER_BYTES])
{
	static const char after[] = " trace\0\0\0";
	const char *p = (const char *)header + strlen("go 1.");
	const char *end = (const char *)header + WIRE_HEADER_BYTES;
	int n = 0;

	if (memcmp(header, "go 1.", strlen("go 1.")) != 0)
		return 0;
	for (; p < end && *p >= '0' && *p <= '9' && n < 100; p++)
		n = n * 10 + (*p - '0');
	return end - p >= 9 && memcmp(p, after, 9) == 0 ? n : 0;
}

bool wire_version(const uint8_t header[static WIRE_HEADER_BYTES], int *version, struct err *err)
{
	int n = header_number(header);

	if (!n)
		return err_set(err, ERR_PARSE,
			       "not a Go execution trace: expected a header such as "
			       "\"go 1.26 trace\" in the first 16 bytes");
	if (n < 22)
		return err_set(err, ERR_PARSE,
			       "trace format 1.%d: written by Go 1.21 or older: not supported", n);
	if (n != 22 && n != 23 && n != 25 && n != 26)
		return err_set(err, ERR_PARSE,
			       "trace format 1.%d is not known: expected 1.22, 1.23, 1.25 or 1.26",
			       n);
	*version = n;
	return true;
}

bool wire_broken(struct err *err, struct wire_place at, const char *fmt, ...)
{
	char what[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	if (!at.generation)
		return err_set(err, ERR_PARSE, "byte %" PRIu64 ": %s", at.offset, what);
	return err_set(err, ERR_PARSE, "byte %" PRIu64 ", generation %" PRIu64 ": %s", at.offset,
		       at.generation, what);
}
