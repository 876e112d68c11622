/* Traces made by hand. */
#ifndef TESTS_UNIT_TRACE_BYTES_H
#define TESTS_UNIT_TRACE_BYTES_H

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "trace/wire.h"

static inline void put_varint(struct buf *b, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		buf_putc(b, (char)(v | 0x80));
	buf_putc(b, (char)v);
}

static inline void put_header(struct buf *b, int version)
{
	char header[WIRE_HEADER_BYTES + 1] = { 0 };

	header[0] = 'g';
	header[1] = 'o';
	header[2] = ' ';
	header[3] = '1';
	header[4] = '.';
	header[5] = (char)('0' + version / 10);
	header[6] = (char)('0' + version % 10);
	for (size_t i = 0; i < sizeof(" trace") - 1; i++)
		header[7 + i] = " trace"[i];
	buf_put(b, header, WIRE_HEADER_BYTES);
}

static inline void put_batch(struct buf *b, uint64_t gen, uint64_t thread, uint64_t time,
			     const struct buf *data)
{
	buf_putc(b, WIRE_EVENT_BATCH);
	put_varint(b, gen);
	put_varint(b, thread);
	put_varint(b, time);
	put_varint(b, data->len);
	buf_put(b, buf_str(data), data->len);
}

/* An event: its kind, the ticks since the one before, its arguments, ended by END. */
#define END UINT64_C(0xfeedfacefeedface)

static inline void put_event(struct buf *data, uint8_t kind, const uint64_t *varints)
{
	buf_putc(data, (char)kind);
	for (; *varints != END; varints++)
		put_varint(data, *varints);
}

#define EVENT(data, kind, ...) put_event((data), (kind), (const uint64_t[]){ __VA_ARGS__, END })

static inline void put_string(struct buf *data, uint64_t id, const char *text)
{
	size_t n = 0;

	while (text[n])
		n++;
	buf_putc(data, WIRE_STRING);
	put_varint(data, id);
	put_varint(data, n);
	buf_put(data, text, n);
}

/* A stack of frames whose function and file are strings by id. */
static inline void put_stack(struct buf *data, uint64_t id, const uint64_t *functions, size_t n)
{
	buf_putc(data, WIRE_STACK);
	put_varint(data, id);
	put_varint(data, n);
	for (size_t i = 0; i < n; i++) {
		put_varint(data, 1000 + functions[i]);
		put_varint(data, functions[i]);
		put_varint(data, 1);
		put_varint(data, 10 + functions[i]);
	}
}

/* Leaves a trace as the file NAME-I in the folder that TRACES_TO names, if it does: for Go's own reader
 * (tests/trace). */
static inline void keep_trace(const char *name, size_t i, const struct buf *trace)
{
	const char *folder = getenv("TRACES_TO");
	char path[256];
	FILE *f;

	if (!folder)
		return;
	snprintf(path, sizeof(path), "%s/%s-%zu", folder, name, i);
	f = fopen(path, "we");
	if (!f || fwrite(trace->data, 1, trace->len, f) != trace->len || fclose(f))
		abort();
}

#endif
