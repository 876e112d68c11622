#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "run/sink.h"
#include "unit.h"

/* A sink in a folder of its own. */
struct fixture {
	char folder[32], path[64];
	struct sink sink;
	struct run_file file;
	size_t bad;
};

static void set_up(struct fixture *p)
{
	*p = (struct fixture){ .folder = "/tmp/sink.XXXXXX" };
	assert_non_null(mkdtemp(p->folder));
	snprintf(p->path, sizeof(p->path), "%s/sink", p->folder);
	assert_true(sink_open(&p->sink, p->path, NULL));
}

static void tear_down(struct fixture *p)
{
	sink_close(&p->sink);
	assert_int_equal(p->sink.fd, -1);
	run_file_release(&p->file);
	unlink(p->path);
	rmdir(p->folder);
}

static void append(const struct fixture *p, const char *text)
{
	AUTO_BUF b = { 0 };

	buf_puts(&b, text);
	assert_true(sink_append(p->path, &b, true, NULL));
}

static void read_on(struct fixture *p, size_t packages, size_t bad)
{
	assert_true(sink_read(&p->sink, &p->file, &p->bad, NULL));
	assert_int_equal(p->file.packages.len, packages);
	assert_int_equal(p->bad, bad);
}

static void what_lives_is_said_beside_the_records(void **state)
{
	AUTO_BUF line = { 0 };
	struct fixture p;

	(void)state;
	set_up(&p);
	sink_put_alive(&line, "example.com/\"a\"", 12);
	sink_put_alive(&line, "b", 3);
	sink_put_alive(&line, "b", 4294967295U);
	append(&p, buf_str(&line));
	read_on(&p, 0, 0);
	assert_int_equal(sink_alive(&p.sink, "example.com/\"a\""), 12);
	assert_int_equal(sink_alive(&p.sink, "b"), 4294967295U);
	assert_int_equal(sink_alive(&p.sink, "c"), 0);
	append(&p, "{\"type\":\"alive\",\"package\":\"b\",\"goroutines\":-1}\n"
		   "{\"type\":\"alive\",\"goroutines\":5}\n{\"type\":\"alive\"");
	read_on(&p, 0, 0);
	assert_int_equal(sink_alive(&p.sink, "b"), 4294967295U);
	tear_down(&p);
}

static void lines_are_read_as_they_come(void **state)
{
	struct fixture p;

	(void)state;
	set_up(&p);
	read_on(&p, 0, 0);
	append(&p, "{\"type\":\"package\",\"package\":\"a\"}\n{\"type\":\"package\",\"pack");
	read_on(&p, 1, 0);
	append(&p, "age\":\"b\"}\n");
	read_on(&p, 2, 0);
	read_on(&p, 2, 0);
	assert_string_equal(p.file.packages.items[0].package, "a");
	assert_string_equal(p.file.packages.items[1].package, "b");
	tear_down(&p);
}

static void lines_that_are_none_are_counted(void **state)
{
	struct fixture p;

	(void)state;
	set_up(&p);
	append(&p, "panic: no\n\n{\"type\":\"package\",\"package\":\"a\"}\n{\"type\":\"package\","
		   "\"package\":7}\n{\"type\":\"news\"}\n");
	read_on(&p, 1, 3);
	tear_down(&p);
}

static void a_line_may_be_long(void **state)
{
	char name[200001];
	AUTO_BUF line = { 0 };
	struct fixture p;

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	set_up(&p);
	buf_printf(&line, "{\"type\":\"package\",\"package\":\"%s\"}\n", name);
	assert_true(sink_append(p.path, &line, true, NULL));
	append(&p, "{\"type\":\"package\",\"package\":\"b\"}\n");
	read_on(&p, 2, 0);
	assert_string_equal(p.file.packages.items[0].package, name);
	tear_down(&p);
}

#define WRITERS 4
#define LINES   50

static void write_lines(const struct fixture *p)
{
	for (int i = 0; i < LINES; i++)
		append(p, "{\"type\":\"package\",\"package\":\"a\"}\n");
	_exit(0);
}

static void watchers_do_not_mix_their_lines(void **state)
{
	struct fixture p;

	(void)state;
	set_up(&p);
	for (int i = 0; i < WRITERS; i++)
		if (!fork())
			write_lines(&p);
	for (int i = 0; i < WRITERS; i++)
		assert_true(wait(NULL) > 0);
	read_on(&p, (size_t)WRITERS * LINES, 0);
	tear_down(&p);
}

static void a_sink_is_new(void **state)
{
	struct err err = { 0 };
	struct sink again;
	struct fixture p;

	(void)state;
	set_up(&p);
	assert_false(sink_open(&again, p.path, &err));
	assert_int_equal(err.sys, EEXIST);
	assert_int_equal(fcntl(p.sink.fd, F_GETFD), FD_CLOEXEC);
	tear_down(&p);
}

static void a_sink_that_cannot_be_written_is_an_error(void **state)
{
	AUTO_BUF b = { 0 };
	struct err err = { 0 };

	(void)state;
	buf_puts(&b, "x\n");
	assert_false(sink_append("/nowhere/sink", &b, true, &err));
	assert_int_equal(err.sys, ENOENT);
	assert_false(sink_append("/dev/full", &b, true, &err));
	assert_int_equal(err.sys, ENOSPC);
}

static void a_runners_sink_does_not_come_again(void **state)
{
	AUTO_BUF b = { 0 };
	struct fixture p;
	struct err err;

	(void)state;
	set_up(&p);
	buf_puts(&b, "x\n");
	assert_true(sink_append(p.path, &b, false, NULL));
	unlink(p.path);
	assert_false(sink_append(p.path, &b, false, &err));
	assert_int_equal(err.sys, ENOENT);
	assert_int_equal(access(p.path, F_OK), -1);
	tear_down(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_read_as_they_come),
		cmocka_unit_test(what_lives_is_said_beside_the_records),
		cmocka_unit_test(lines_that_are_none_are_counted),
		cmocka_unit_test(a_line_may_be_long),
		cmocka_unit_test(watchers_do_not_mix_their_lines),
		cmocka_unit_test(a_sink_is_new),
		cmocka_unit_test(a_sink_that_cannot_be_written_is_an_error),
		cmocka_unit_test(a_runners_sink_does_not_come_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
