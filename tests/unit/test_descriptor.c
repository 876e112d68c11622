#include "unit.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/un.h>

#include "proc/connection.h"
#include "watch/inventory.h"

static void a_link_tells_the_kind(void **state)
{
	static const struct {
		const char *target;
		enum descriptor_kind kind;
	} all[] = {
		{ "/tmp/x", DESCRIPTOR_FILE },
		{ "/tmp/x (deleted)", DESCRIPTOR_FILE },
		{ "socket:[12]", DESCRIPTOR_SOCKET },
		{ "pipe:[12]", DESCRIPTOR_PIPE },
		{ "anon_inode:[eventpoll]", DESCRIPTOR_INNER },
		{ "anon_inode:[eventfd]", DESCRIPTOR_INNER },
		{ "anon_inode:[pidfd]", DESCRIPTOR_INNER },
		{ "anon_inode:inotify", DESCRIPTOR_OTHER },
		{ "/memfd:data (deleted)", DESCRIPTOR_OTHER },
		{ "", DESCRIPTOR_OTHER },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		assert_int_equal(descriptor_kind_of(str_of(all[i].target)), all[i].kind);
}

#define ROW(local, remote, state, inode)                                                    \
	"   0: " local " " remote " " state " 00000000:00000000 00:00000000 00000000     0" \
	"        0 " inode " 1 0 100 0 0 10 0\n"

static void expect(const char *target, const char *words)
{
	struct connection_tables nets = { .read = true };
	struct descriptor d = { .fd = 3, .target = target };
	AUTO_BUF out = { 0 };

	d.kind = descriptor_kind_of(str_of(target));
	buf_puts(&nets.tcp, "  sl  local_address rem_address   st\n" ROW(
				"0100007F:A1B2", "00000000:0000", "0A", "71")
				ROW("0100007F:1F90", "00000000:0000", "0A", "72")
				    ROW("0100007F:A1B2", "04030201:01BB", "01", "73")
					ROW("00000000000000000000000001000000:A1B2",
					    "00000000000000000000000001000000:B1B2", "01", "74"));
	buf_puts(&nets.udp, ROW("00000000:0035", "00000000:0000", "07", "75")
				ROW("0100007F:A1B2", "0100007F:0202", "01", "76"));
	buf_puts(&nets.local, "0000: 00000002 00000000 00010000 0001 01 77 /tmp/s123.sock\n"
			      "0000: 00000002 00000000 00000000 0001 01 78\n");
	descriptor_put(&out, &d, 0, &nets);
	assert_string_equal(buf_str(&out), words);
	connection_tables_release(&nets);
}

static void words_are_the_same_in_every_run(void **state)
{
	(void)state;
	expect("/tmp/TestX3141592653/001/a.log", "/tmp/TestX*/*/a.log");
	expect("/tmp/a (deleted)", "/tmp/a");
	expect("pipe:[99]", "pipe");
	expect("anon_inode:inotify", "inotify");
	expect("anon_inode:[timerfd]", "timerfd");
	expect("/memfd:data1 (deleted)", "memfd:data*");
	expect("socket:[71]", "TCP listener on 127.0.0.1");
	expect("socket:[72]", "TCP listener on 127.0.0.1 port 8080");
	expect("socket:[73]", "TCP connection to 1.2.3.4 port 443");
	expect("socket:[74]", "TCP connection to ::1");
	expect("socket:[75]", "UDP socket on 0.0.0.0 port 53");
	expect("socket:[76]", "UDP socket to 127.0.0.1 port 514");
	expect("socket:[77]", "Unix socket /tmp/s*.sock");
	expect("socket:[78]", "Unix socket");
	expect("socket:[79]", "socket");
	expect("socket:[", "socket");
	expect("", "");
}

static void a_broken_address_is_none(void **state)
{
	AUTO_BUF out = { 0 };

	(void)state;
	assert_false(connection_put_host(&out, str_of("")));
	assert_false(connection_put_host(&out, str_of("0100007:1F90")));
	assert_int_equal(connection_port(str_of("0100007F")), 0);
	assert_int_equal(connection_port(str_of("0100007F:1F9")), 0);
	assert_int_equal(out.len, 0);
}

/* --- of this process ---------------------------------------------------------------------- */

/* Reading it opens its own folder. */
static size_t left(const struct inventory *v)
{
	struct holding folder = { .words = "/proc/*/fd" };

	return v->left.len - (inventory_find(v, &folder) ? 1 : 0);
}

static uint32_t count(const struct inventory *v, const char *words)
{
	const struct holding *h = inventory_find(v, &(struct holding){ .words = words });

	return h ? h->count : 0;
}

static int listener(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(fd, 1), 0);
	return fd;
}

static void what_was_opened_since_is_left(void **state)
{
	struct inventory v = { 0 };
	int before = open("/dev/zero", O_RDONLY), ends[2], ours[2];
	struct stat st;
	int fds[8];

	(void)state;
	assert_true(before >= 0 && !pipe(ours));
	inventory_begin(&v, getpid());
	assert_int_equal(pipe(ends), 0);
	fds[0] = open("/dev/zero", O_RDONLY);
	fds[1] = listener();
	fds[2] = inotify_init();
	fds[3] = timerfd_create(CLOCK_MONOTONIC, 0);
	fds[4] = memfd_create("mine", 0);
	fds[5] = epoll_create1(0);
	fds[6] = eventfd(0, 0);
	fds[7] = memfd_create("straggler", 0);
	fstat(ends[0], &st);
	inventory_take(&v, getpid(), st.st_ino);
	assert_true(v.taken);
	assert_int_equal(count(&v, "/dev/zero"), 1);
	assert_int_equal(count(&v, "TCP listener on 127.0.0.1"), 1);
	assert_int_equal(count(&v, "inotify"), 1);
	assert_int_equal(count(&v, "timerfd"), 1);
	assert_int_equal(count(&v, "memfd:mine"), 1);
	assert_int_equal(count(&v, "pipe"), 0); /* ours */
	assert_int_equal(left(&v), 5);
	/* Again, after some were closed: not added to what there was. */
	for (size_t i = 1; i < ARRAY_LEN(fds); i++)
		close(fds[i]);
	inventory_take(&v, getpid(), 0);
	assert_int_equal(count(&v, "/dev/zero"), 1);
	assert_int_equal(count(&v, "pipe"), 2);
	assert_int_equal(left(&v), 2);
	inventory_release(&v);
	close(before);
	close(fds[0]);
	close(ends[0]);
	close(ends[1]);
	close(ours[0]);
	close(ours[1]);
}

static void what_splice_goes_through_is_kept(void **state)
{
	struct inventory v = { 0 };
	int ends[2];

	(void)state;
	inventory_begin(&v, getpid());
	assert_int_equal(pipe(ends), 0);
	if (fcntl(ends[0], F_SETPIPE_SZ, 1 << 20) < 0)
		skip();
	inventory_take(&v, getpid(), 0);
	assert_int_equal(left(&v), 0);
	/* One end alone is nobody's to keep. */
	close(ends[1]);
	inventory_take(&v, getpid(), 0);
	assert_int_equal(count(&v, "pipe"), 1);
	inventory_release(&v);
	close(ends[0]);
}

/* As of Go 1.22: its own pipe, and one of os.Pipe's. */
static void what_wakes_the_poller_is_the_runtimes(void **state)
{
	struct descriptor items[] = {
		{ .fd = 4, .kind = DESCRIPTOR_INNER, .target = "anon_inode:[eventpoll]" },
		{ .fd = 5, .kind = DESCRIPTOR_PIPE, .target = "pipe:[42]" },
		{ .fd = 6, .kind = DESCRIPTOR_PIPE, .target = "pipe:[42]" },
		{ .fd = 8, .kind = DESCRIPTOR_PIPE, .target = "pipe:[43]" },
		{ .fd = 9, .kind = DESCRIPTOR_PIPE, .target = "pipe:[44]" },
	};
	struct descriptors d = { .items = items, .len = ARRAY_LEN(items) };

	(void)state;
	descriptors_mark_wakers(
	    &d,
	    str_of("pos:\t0\nflags:\t02000002\n"
		   "tfd:        8 events: 8000201d data: 7f36fd468f300003  pos:0 ino:2b sdev:f\n"
		   "tfd:        5 events:       19 data:           6be068  pos:0 ino:2a sdev:f\n"
		   "tfd:        9 events:       19\n"));
	assert_int_equal(items[1].kind, DESCRIPTOR_INNER);
	assert_int_equal(items[2].kind, DESCRIPTOR_INNER);
	assert_int_equal(items[3].kind, DESCRIPTOR_PIPE);
	assert_int_equal(items[4].kind, DESCRIPTOR_PIPE);
}

static void a_process_that_is_gone_has_no_inventory(void **state)
{
	struct inventory v = { 0 };

	(void)state;
	inventory_begin(&v, 0);
	inventory_take(&v, 0, 0);
	assert_false(v.taken);
	assert_int_equal(v.left.len, 0);
	inventory_release(&v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_link_tells_the_kind),
		cmocka_unit_test(words_are_the_same_in_every_run),
		cmocka_unit_test(a_broken_address_is_none),
		cmocka_unit_test(what_was_opened_since_is_left),
		cmocka_unit_test(what_splice_goes_through_is_kept),
		cmocka_unit_test(what_wakes_the_poller_is_the_runtimes),
		cmocka_unit_test(a_process_that_is_gone_has_no_inventory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
