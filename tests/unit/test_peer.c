#include "unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "account/peer.h"
#include "base/clock.h"

#include "written.h"

#define GP   UINT64_C(0xc000004000)
#define PAGE 4096

/* The runtime's record of a descriptor, in our own memory. */
struct fixture {
	uint8_t *bytes;
	struct memory memory;
	struct binary binary;
	struct heap heap;
};

static void set_up(struct fixture *f, int minor)
{
	*f = (struct fixture){ .binary = { .go_minor = minor } };
	f->bytes = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(f->bytes, MAP_FAILED);
	assert_true(memory_open(&f->memory, getpid(), NULL));
	heap_init(&f->heap, &f->memory, &f->binary);
}

static void tear_down(struct fixture *f)
{
	heap_release(&f->heap);
	memory_close(&f->memory);
	munmap(f->bytes, PAGE);
}

static void put(struct fixture *f, size_t offset, uint64_t v)
{
	memcpy(f->bytes + offset, &v, sizeof(v));
}

static void put_record(struct fixture *f, int fd, bool writes)
{
	const struct layout *l = layout_of(f->binary.go_minor);

	memset(f->bytes, 0, PAGE);
	put(f, 8, (uint64_t)fd);
	put(f, writes ? 40 : 32, GP);
	put(f, l ? l->poll_self : 288, (uint64_t)(uintptr_t)f->bytes);
}

static void tell(struct fixture *f, bool idle, struct buf *out)
{
	struct witness w = { .gp = GP, .object = (uint64_t)(uintptr_t)f->bytes };
	struct peers p = { .heap = &f->heap, .ends.pid = getpid() };

	peer_tell(&p, &w, idle, out);
	peers_release(&p);
}

static void expect(struct fixture *f, int fd, bool writes, const char *text)
{
	AUTO_BUF out = { 0 };

	put_record(f, fd, writes);
	tell(f, false, &out);
	assert_string_equal(buf_str(&out), text);
}

/* --- the record --------------------------------------------------------------------------- */

/* Written down here once more, so that a slip shows. */
static void it_is_read_in_every_version(void **state)
{
	static const struct {
		int minor;
		size_t read, write, self;
	} versions[] = {
		{ 22, 144, 232, 240 }, { 23, 160, 264, 272 }, { 24, 160, 264, 272 },
		{ 25, 168, 280, 288 }, { 26, 168, 280, 288 }, { 27, 168, 280, 288 },
	};
	struct poll_wait w;
	struct fixture f;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(versions); i++) {
		uint64_t at;

		set_up(&f, versions[i].minor);
		at = (uint64_t)(uintptr_t)f.bytes;
		put(&f, 8, 7);
		put(&f, 32, GP);
		put(&f, versions[i].read, 11);
		put(&f, versions[i].write, 22);
		put(&f, versions[i].self, at);
		assert_true(heap_poll_wait(&f.heap, at, GP, &w));
		assert_true(w.fd == 7 && !w.writes && w.deadline_ns == 11);
		put(&f, 32, 0);
		put(&f, 40, GP);
		assert_true(heap_poll_wait(&f.heap, at, GP, &w));
		assert_true(w.fd == 7 && w.writes && w.deadline_ns == 22);
		tear_down(&f);
	}
}

static void what_is_no_record_is_not_read(void **state)
{
	struct poll_wait w;
	struct fixture f;
	uint64_t at;

	(void)state;
	set_up(&f, 26);
	at = (uint64_t)(uintptr_t)f.bytes;
	put_record(&f, 1, false);
	assert_false(heap_poll_wait(&f.heap, at, GP + 8, &w));
	assert_false(heap_poll_wait(&f.heap, at, 0, &w));
	assert_false(heap_poll_wait(&f.heap, 0, GP, &w));
	assert_false(heap_poll_wait(&f.heap, 8, GP, &w));
	put(&f, 40, GP); /* nobody waits for both */
	assert_false(heap_poll_wait(&f.heap, at, GP, &w));
	put(&f, 40, 0);
	put(&f, 8, UINT64_MAX);
	assert_false(heap_poll_wait(&f.heap, at, GP, &w));
	put(&f, 8, 1);
	put(&f, 288, at + 8);
	assert_false(heap_poll_wait(&f.heap, at, GP, &w));
	tear_down(&f);
	set_up(&f, 28); /* nobody has looked at that one */
	expect(&f, 1, false, "");
	tear_down(&f);
}

/* --- words --------------------------------------------------------------------------------- */

static uint16_t port_of(int fd)
{
	struct sockaddr_in a;
	socklen_t n = sizeof(a);

	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &n), 0);
	return ntohs(a.sin_port);
}

static int inet_socket(int type)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	return fd;
}

static void connect_to(int fd, int other)
{
	struct sockaddr_in a;
	socklen_t n = sizeof(a);

	assert_int_equal(getsockname(other, (struct sockaddr *)&a, &n), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, n), 0);
}

static void expect_port(struct fixture *f, int fd, bool writes, const char *fmt, uint16_t port)
{
	char text[200];
	const char *rest = strchr(fmt, '#');

	snprintf(text, sizeof(text), "%.*s127.0.0.1:%u%s", (int)(rest - fmt), fmt, port, rest + 1);
	expect(f, fd, writes, text);
}

static void a_connection_has_a_peer(void **state)
{
	int listener = inet_socket(SOCK_STREAM), client = inet_socket(SOCK_STREAM), server;
	struct fixture f;

	(void)state;
	set_up(&f, 26);
	assert_int_equal(listen(listener, 1), 0);
	expect_port(&f, listener, false, "it waits for connections to #; no deadline is set",
		    port_of(listener));
	connect_to(client, listener);
	expect_port(&f, client, false,
		    "it waits to read from #, which has not accepted the connection; "
		    "no read deadline is set",
		    port_of(listener));
	server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	expect_port(&f, client, true,
		    "it waits to write to #, which has not closed the connection: its end is open "
		    "in the same process; no write deadline is set",
		    port_of(listener));
	expect_port(&f, server, false,
		    "it waits to read from #, which has not closed the connection: its end is open "
		    "in the same process; no read deadline is set",
		    port_of(client));
	close(server);
	expect_port(&f, client, true, "it waits to write to #; no write deadline is set",
		    port_of(listener));
	close(client);
	close(listener);
	tear_down(&f);
}

static void a_deadline_is_told(void **state)
{
	int fd = inet_socket(SOCK_STREAM);
	struct fixture f;
	AUTO_BUF later = { 0 }, over = { 0 }, idle = { 0 };

	(void)state;
	set_up(&f, 26);
	assert_int_equal(listen(fd, 1), 0);
	put_record(&f, fd, false);
	put(&f, 168, (uint64_t)(clock_now_ns() + 3600 * NS_PER_S));
	tell(&f, false, &later);
	assert_non_null(strstr(buf_str(&later), "; its deadline is in "));
	put(&f, 168, UINT64_MAX);
	tell(&f, false, &over);
	assert_null(strstr(buf_str(&over), "deadline"));
	put(&f, 168, 0);
	tell(&f, true, &idle);
	assert_true(idle.len && !strstr(buf_str(&idle), "deadline"));
	close(fd);
	tear_down(&f);
}

static void datagrams_have_one_perhaps(void **state)
{
	int one = inet_socket(SOCK_DGRAM), other = inet_socket(SOCK_DGRAM);
	struct fixture f;

	(void)state;
	set_up(&f, 26);
	expect_port(&f, one, false, "it waits for packets to #; no read deadline is set",
		    port_of(one));
	connect_to(one, other);
	expect_port(&f, one, false, "it waits for packets from #; no read deadline is set",
		    port_of(other));
	expect_port(&f, one, true, "it waits to send from #; no write deadline is set",
		    port_of(one));
	close(one);
	close(other);
	tear_down(&f);
}

static void unix_sockets_have_a_path(void **state)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), pair[2];
	struct written w;
	struct fixture f;
	char text[200];

	(void)state;
	set_up(&f, 26);
	written_begin(&w);
	snprintf(a.sun_path, sizeof(a.sun_path), "%s/s", w.folder);
	assert_int_equal(bind(listener, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(listener, 1), 0);
	snprintf(text, sizeof(text),
		 "it waits for connections to a Unix socket, %s; no deadline is set", a.sun_path);
	expect(&f, listener, false, text);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	expect(&f, pair[0], false, "it waits to read from a Unix socket; no read deadline is set");
	close(pair[0]);
	close(pair[1]);
	close(listener);
	written_end(&w);
	tear_down(&f);
}

static void a_pipe_has_another_end(void **state)
{
	int ends[2], again;
	struct fixture f;

	(void)state;
	set_up(&f, 26);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	expect(&f, ends[0], false,
	       "it waits to read from a pipe whose other end is open in the same process; "
	       "no read deadline is set");
	close(ends[1]);
	again = fcntl(ends[0], F_DUPFD_CLOEXEC, 3);
	expect(&f, ends[0], false, "it waits to read from a pipe; no read deadline is set");
	close(ends[0]);
	close(again);
	expect(&f, 1000000, false, ""); /* not open */
	tear_down(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_read_in_every_version),
		cmocka_unit_test(what_is_no_record_is_not_read),
		cmocka_unit_test(a_connection_has_a_peer),
		cmocka_unit_test(a_deadline_is_told),
		cmocka_unit_test(datagrams_have_one_perhaps),
		cmocka_unit_test(unix_sockets_have_a_path),
		cmocka_unit_test(a_pipe_has_another_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
