#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "profile/gzip.h"
#include "profile/heap_profile.h"
#include "unit.h"

/* --- a profile by hand: https://protobuf.dev/programming-guides/encoding ---------------- */

static void put_number(struct buf *b, unsigned int field, unsigned int v)
{
	buf_putc(b, (char)(field << 3));
	while (v >= 0x80) {
		buf_putc(b, (char)(0x80 | (v & 0x7f)));
		v >>= 7;
	}
	buf_putc(b, (char)v);
}

static void put_part(struct buf *b, unsigned int field, const char *bytes, size_t n)
{
	buf_putc(b, (char)(field << 3 | 2));
	buf_putc(b, (char)n);
	buf_put(b, bytes, n);
}

static void put_text(struct buf *b, const char *s)
{
	put_part(b, 6, s, strlen(s));
}

static void put_message(struct buf *b, unsigned int field, struct buf *part)
{
	put_part(b, field, buf_str(part), part->len);
	buf_reset(part);
}

enum { TEXT_OBJECTS = 1, TEXT_SPACE, TEXT_BYTES, TEXT_INNER, TEXT_OUTER, TEXT_FILE };

static void put_line(struct buf *location, unsigned int function, unsigned int line)
{
	AUTO_BUF b = { 0 };

	put_number(&b, 1, function);
	put_number(&b, 2, line);
	put_message(location, 4, &b);
}

/* One site of 3 blocks of 300 bytes: inner, which is inlined in outer. last: the number of the
 * location that the sample has. */
static void put_profile(struct buf *out, unsigned int objects_name, unsigned int location)
{
	AUTO_BUF part = { 0 }, label = { 0 };

	put_number(&part, 1, objects_name);
	put_message(out, 1, &part);
	put_number(&part, 1, TEXT_SPACE);
	put_message(out, 1, &part);
	put_number(&part, 1, location);
	put_number(&part, 2, 3);
	put_number(&part, 2, 900);
	put_number(&label, 1, TEXT_BYTES);
	put_number(&label, 3, 300);
	put_message(&part, 3, &label);
	put_message(out, 2, &part);
	put_number(&part, 1, 7);
	put_line(&part, 1, 10);
	put_line(&part, 2, 20);
	put_message(out, 4, &part);
	for (unsigned int f = 1; f <= 2; f++) {
		put_number(&part, 1, f);
		put_number(&part, 2, f == 1 ? TEXT_INNER : TEXT_OUTER);
		put_number(&part, 4, TEXT_FILE);
		put_message(out, 5, &part);
	}
	put_text(out, "");
	put_text(out, "inuse_objects");
	put_text(out, "inuse_space");
	put_text(out, "bytes");
	put_text(out, "a.inner");
	put_text(out, "a.outer");
	put_text(out, "/a/a.go");
}

static void pack(struct buf *out, const struct buf *raw)
{
	buf_reset(out);
	assert_true(gzip_pack(out, raw, NULL));
}

static void assert_refused(const struct buf *bytes, enum err_code code, const char *msg)
{
	AUTO_HEAP_PROFILE p = { 0 };
	struct err err = { 0 };

	assert_false(heap_profile_parse(&p, buf_str(bytes), bytes->len, &err));
	assert_string_equal(err.msg, msg);
	assert_int_equal(err.code, code);
}

/* --- tests ------------------------------------------------------------------------------ */

static void a_site_has_its_stack_and_size(void **state)
{
	AUTO_BUF raw = { 0 }, bytes = { 0 };
	AUTO_HEAP_PROFILE p = { 0 };
	struct err err = { 0 };

	(void)state;
	put_profile(&raw, TEXT_OBJECTS, 7);
	pack(&bytes, &raw);
	assert_true(heap_profile_parse(&p, bytes.data, bytes.len, &err));
	assert_int_equal(p.len, 1);
	assert_int_equal(p.items[0].objects, 3);
	assert_int_equal(p.items[0].bytes, 900);
	assert_int_equal(p.items[0].block_bytes, 300);
	assert_int_equal(p.items[0].depth, 2);
	assert_string_equal(p.items[0].frames[0].function, "a.inner");
	assert_int_equal(p.items[0].frames[0].line, 10);
	assert_string_equal(p.items[0].frames[1].function, "a.outer");
	assert_string_equal(p.items[0].frames[1].file, "/a/a.go");
}

static void other_things_are_told(void **state)
{
	AUTO_BUF raw = { 0 }, bytes = { 0 };

	(void)state;
	assert_refused(&bytes, ERR_PARSE, "it is not compressed by gzip");
	buf_puts(&bytes, "mode: set\n");
	assert_refused(&bytes, ERR_PARSE, "it is not compressed by gzip");
	buf_puts(&raw, "no profile at all");
	pack(&bytes, &raw);
	assert_refused(&bytes, ERR_PARSE, "it is no profile, or damaged");
	buf_reset(&raw);
	pack(&bytes, &raw);
	assert_refused(&bytes, ERR_PARSE, "it is no heap profile: it has no inuse_objects");
	put_profile(&raw, TEXT_BYTES, 7);
	pack(&bytes, &raw);
	assert_refused(&bytes, ERR_PARSE, "it is no heap profile: it has no inuse_objects");
}

static void what_is_not_there_is_told(void **state)
{
	AUTO_BUF raw = { 0 }, bytes = { 0 };

	(void)state;
	put_profile(&raw, TEXT_OBJECTS, 8);
	pack(&bytes, &raw);
	assert_refused(&bytes, ERR_PARSE,
		       "it is damaged: it refers to a location that is not there");
	buf_reset(&raw);
	put_profile(&raw, 99, 7);
	pack(&bytes, &raw);
	assert_refused(&bytes, ERR_PARSE, "it is damaged: it refers to a text that is not there");
}

/* Wherever it was cut; after its end nothing may follow. */
static void a_cut_file_is_refused(void **state)
{
	AUTO_BUF raw = { 0 }, bytes = { 0 };

	(void)state;
	put_profile(&raw, TEXT_OBJECTS, 7);
	pack(&bytes, &raw);
	for (size_t n = 0; n < bytes.len; n++) {
		AUTO_HEAP_PROFILE p = { 0 };

		assert_false(heap_profile_parse(&p, bytes.data, n, NULL));
	}
	bytes.len--;
	assert_refused(&bytes, ERR_PARSE, "it ends too early");
	bytes.len++;
	buf_puts(&bytes, "more");
	assert_refused(&bytes, ERR_PARSE, "something follows its end");
	bytes.data[bytes.len / 2] ^= 0x55;
	bytes.data[bytes.len - 10] ^= 0x55;
	assert_false(heap_profile_parse(&(struct heap_profile){ 0 }, bytes.data, bytes.len, NULL));
}

/* Zeroes take a thousandth of their place. */
static void what_unpacks_to_too_much_is_refused(void **state)
{
	AUTO_BUF raw = { 0 }, bytes = { 0 }, out = { 0 };
	struct err err = { 0 };

	(void)state;
	memset(buf_reserve(&raw, 3 << 20), 0, 3 << 20);
	raw.len = 3 << 20;
	pack(&bytes, &raw);
	assert_false(gzip_unpack(&out, bytes.data, bytes.len, 1 << 20, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	assert_true(out.len <= (1 << 20) + 1);
	buf_reset(&out);
	assert_true(gzip_unpack(&out, bytes.data, bytes.len, 3 << 20, &err));
	assert_int_equal(out.len, raw.len);
}

static void a_file_is_told_from_others(void **state)
{
	AUTO_HEAP_PROFILE p = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_false(heap_profile_read(&p, "/nonexistent/x", &err));
	assert_int_equal(err.sys, ENOENT);
	assert_false(heap_profile_read(&p, "tests", &err));
	assert_string_equal(err.msg, "it is no regular file");
	assert_false(heap_profile_read(&p, "README.md", &err));
	assert_string_equal(err.msg, "it is not compressed by gzip");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_site_has_its_stack_and_size),
		cmocka_unit_test(other_things_are_told),
		cmocka_unit_test(what_is_not_there_is_told),
		cmocka_unit_test(a_cut_file_is_refused),
		cmocka_unit_test(what_unpacks_to_too_much_is_refused),
		cmocka_unit_test(a_file_is_told_from_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
