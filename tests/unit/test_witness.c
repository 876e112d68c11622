#include <string.h>

#include "unit.h"

#include "dumped.h"

static void goroutines_at_one_place_share_a_site(void **state)
{
	struct dumped d = { 0 };
	const struct witness *a, *b, *c, *e;

	(void)state;
	dumped_add(&d, 7, "chan send", CALLS("runtime.chansend(0xc0001)", "m.leak(0x1)"),
		   "m.T in goroutine 6");
	dumped_add(&d, 8, "chan send", CALLS("runtime.chansend(0xc0002)", "m.leak(0x2)"),
		   "m.T in goroutine 9");
	dumped_add(&d, 9, "chan send", CALLS("runtime.chansend(0xc0003)", "m.leak(0x2)"),
		   "m.U in goroutine 6");
	dumped_add(&d, 10, "select", CALLS("runtime.chansend(0xc0003)", "m.leak(0x2)"),
		   "m.T in goroutine 6");
	dumped_read(&d);
	a = witness_find(&d.all, 7);
	b = witness_find(&d.all, 8);
	c = witness_find(&d.all, 9);
	e = witness_find(&d.all, 10);
	assert_ptr_equal(a->site, b->site);
	assert_ptr_not_equal(a->site, c->site);
	assert_ptr_not_equal(a->site, e->site);
	assert_true(a->object == 0xc0001 && b->object == 0xc0002);
	assert_true(a->creator == 6 && b->creator == 9 && a->gp == 0xc000000000 + 7 * 4096);
	assert_string_equal(a->site->created_by.function, "m.T");
	assert_null(witness_find(&d.all, 11));
	dumped_release(&d);
}

static void lines_tell_sites_apart(void **state)
{
	struct dumped d = { 0 };

	(void)state;
	for (uint64_t id = 7; id <= 8; id++)
		buf_printf(&d.text, "goroutine %ju [select]:\nm.f()\n\t/m.go:%ju +0x1\n\n",
			   (uintmax_t)id, (uintmax_t)id);
	dumped_read(&d);
	assert_ptr_not_equal(witness_find(&d.all, 7)->site, witness_find(&d.all, 8)->site);
	dumped_release(&d);
}

static void each_goroutine_counts_once(void **state)
{
	struct dumped d = { 0 };

	(void)state;
	dumped_add(&d, 0, "idle", CALLS("runtime.futex()"), "");
	dumped_add(&d, 7, "running", CALLS("m.one()"), "");
	dumped_add(&d, 7, "running", CALLS("m.two()"), "");
	dumped_read(&d);
	assert_int_equal(d.all.all.len, 1);
	assert_string_equal(site_start(witness_find(&d.all, 7)->site), "m.one");
	dumped_release(&d);
}

static void arguments_that_may_be_stale_are_no_object(void **state)
{
	struct dumped d = { 0 };

	(void)state;
	dumped_add(&d, 7, "chan receive", CALLS("runtime.chanrecv(0xc0001?, 0x0)", "m.f()"), "");
	dumped_add(&d, 8, "semacquire", CALLS("runtime.semacquire1(0xc0005, 0x0)", "m.f()"), "");
	dumped_add(&d, 9, "select", CALLS("net/http.(*persistConn).readLoop(0xc0009)"), "");
	dumped_add(&d, 10, "sync.Mutex.Lock", CALLS("m.f()"), "");
	dumped_read(&d);
	assert_int_equal(witness_find(&d.all, 7)->object, 0);
	assert_int_equal(witness_find(&d.all, 8)->object, 0xc0005);
	assert_int_equal(witness_find(&d.all, 9)->connection, 0xc0009);
	assert_null(witness_find(&d.all, 7)->spans);
	assert_non_null(witness_find(&d.all, 8)->spans);
	assert_non_null(witness_find(&d.all, 10)->spans);
	dumped_release(&d);
}

static void unrest_is_noticed(void **state)
{
	static const char *const stopping[] = {
		"stopping the world",   "garbage collection",     "garbage collection scan",
		"GC worker (active)",   "GC mark termination",    "GC assist wait",
		"GC assist marking",    "GC weak to strong wait", "wait for GC cycle",
		"flushing proc caches", "trace goroutine status", "trace proc status",
		"page trace flush",     "dumping heap",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(stopping); i++) {
		struct dumped d = { 0 };

		dumped_add(&d, 2, stopping[i], CALLS("runtime.gopark()"), "");
		dumped_read(&d);
		assert_string_equal(d.all.stopping, stopping[i]);
		assert_int_equal(d.all.running, 0);
		dumped_release(&d);
	}
}

static void who_runs_is_counted(void **state)
{
	struct dumped d = { 0 };

	(void)state;
	dumped_add(&d, 1, "running", CALLS("os.Exit(0x0)", "main.main()"), "");
	dumped_add(&d, 2, "runnable", CALLS("runtime.gcBgMarkWorker()"), "");
	dumped_add(&d, 3, "runnable", CALLS("m.spin()"), "m.T in goroutine 6");
	dumped_add(&d, 4, "running", CALLS("m.spin()"), "m.T in goroutine 6");
	dumped_add(&d, 5, "sleep", CALLS("time.Sleep(0x1)", "m.f()"), "m.T in goroutine 6");
	dumped_read(&d);
	assert_int_equal(d.all.running, 2);
	assert_string_equal(d.all.stopping, "");
	dumped_release(&d);
}

static const char *user_of(struct dumped *d, uint64_t id)
{
	return site_user(witness_find(&d->all, id)->site)->function;
}

static void the_users_frame_is_outside_the_runtime(void **state)
{
	struct dumped d = { 0 };

	(void)state;
	dumped_add(&d, 7, "sleep", CALLS("runtime.gopark()", "time.Sleep(0x1)", "m.f()", "m.g()"),
		   "");
	dumped_add(&d, 8, "IO wait",
		   CALLS("internal/poll.runtime_pollWait(0x1)", "internal/runtime/x.F()",
			 "net.(*conn).Read(0x1)"),
		   "");
	dumped_add(&d, 9, "select", CALLS("runtime.gopark()", "sync.(*Mutex).Lock(0x1)"), "");
	dumped_add(&d, 10, "select", CALLS("runtimex.f()"), "");
	dumped_read(&d);
	assert_string_equal(user_of(&d, 7), "m.f");
	assert_string_equal(user_of(&d, 8), "net.(*conn).Read");
	assert_string_equal(user_of(&d, 9), "sync.(*Mutex).Lock");
	assert_string_equal(user_of(&d, 10), "runtimex.f");
	assert_true(site_has_prefix(witness_find(&d.all, 8)->site, "net.(*conn)"));
	assert_non_null(site_frame(witness_find(&d.all, 7)->site, "time.Sleep"));
	assert_null(site_frame(witness_find(&d.all, 7)->site, "time.Slee"));
	dumped_release(&d);
}

static void a_goroutine_may_have_no_stack(void **state)
{
	struct dumped d = { 0 };
	const struct witness *w;

	(void)state;
	buf_puts(&d.text, "goroutine 7 gp=0xc000001000 m=3 mp=0xc000002000 [running]:\n\tgoroutine "
			  "running on other thread; stack "
			  "unavailable\ncreated by m.T in goroutine 6\n\t/m.go:1 +0x1\n");
	dumped_read(&d);
	w = witness_find(&d.all, 7);
	assert_true(w->no_stack && w->site->len == 0);
	assert_null(site_user(w->site));
	assert_string_equal(site_start(w->site), "");
	assert_int_equal(d.all.running, 1);
	dumped_release(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(goroutines_at_one_place_share_a_site),
		cmocka_unit_test(lines_tell_sites_apart),
		cmocka_unit_test(each_goroutine_counts_once),
		cmocka_unit_test(arguments_that_may_be_stale_are_no_object),
		cmocka_unit_test(unrest_is_noticed),
		cmocka_unit_test(who_runs_is_counted),
		cmocka_unit_test(the_users_frame_is_outside_the_runtime),
		cmocka_unit_test(a_goroutine_may_have_no_stack),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
