#include "unit.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>

#include "guard/seal.h"
#include "guarded.h"

/* Numbers of the child's descriptors. */
enum { COPY = 40, OWN, READ_ONLY };

/* What the child and we see both. */
struct shared {
	atomic_bool speak, spoken;
};

static struct {
	int out, err; /* what the child is given as 1 and 2 */
	bool redirects;
	struct shared *shared;
} scene;

static void *speak_late(void *ctx)
{
	struct shared *s = ctx;

	while (!atomic_load(&s->speak))
		usleep(1000);
	if (write(1, "late ", 5) == 5 && write(2, "trouble ", 8) == 8 &&
	    write(COPY, "copied ", 7) == 7)
		atomic_store(&s->spoken, true);
	return NULL;
}

static void live(const struct guarded *g)
{
	pthread_t thread;
	int own = memfd_create("own", MFD_CLOEXEC);

	(void)g;
	if (dup2(scene.out, 1) < 0 || dup2(scene.err, 2) < 0 || dup3(1, COPY, O_CLOEXEC) < 0 ||
	    dup2(own, OWN) < 0)
		_exit(90);
	if (scene.redirects && dup2(own, 2) < 0)
		_exit(91);
	if (write(1, "early ", 6) != 6 || pthread_create(&thread, NULL, speak_late, scene.shared))
		_exit(92);
	_exit(7);
}

static void set_up(struct guarded *g, struct seal *s)
{
	scene.shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(scene.shared, MAP_FAILED);
	assert_true(seal_init(s, scene.out, scene.err, NULL));
	guarded_start(g, &(struct filter_spec){ .no_open = true }, live);
}

/* It ends as it was about to. */
static void tear_down(struct guarded *g, struct seal *s, uint64_t id)
{
	int status;

	trap_continue(&g->trap, id);
	assert_int_equal(waitpid(g->pid, &status, 0), g->pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 7);
	trap_close(&g->trap);
	close(g->told);
	seal_release(s);
	assert_int_equal(s->memfd, -1);
	munmap(scene.shared, 4096);
	scene.redirects = false;
}

static const char *target_of(int pid, int fd)
{
	static char text[256];
	char path[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", pid, fd);
	n = readlink(path, text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

static bool is_sealed(int pid, int fd)
{
	return strstr(target_of(pid, fd), "memfd:straggler") != NULL;
}

static bool closes_on_exec(int pid, int fd)
{
	char path[64], line[128];
	long flags = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d", pid, fd);
	f = fopen(path, "re");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		if (!strncmp(line, "flags:", 6))
			flags = strtol(line + 6, NULL, 8);
	fclose(f);
	return flags & O_CLOEXEC;
}

static void let_it_speak(void)
{
	atomic_store(&scene.shared->speak, true);
	for (int i = 0; i < 5000 && !atomic_load(&scene.shared->spoken); i++)
		usleep(1000);
	assert_true(atomic_load(&scene.shared->spoken));
}

static const char *text_of(int fd)
{
	static char text[256];
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

static const char *drain(int fd)
{
	static char text[256];
	ssize_t n;

	fcntl(fd, F_SETFL, O_NONBLOCK);
	n = read(fd, text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void nothing_reaches_the_pipes_any_more(void **state)
{
	struct trap_event e;
	struct guarded g;
	struct seal s;
	int out[2], err[2];

	(void)state;
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	assert_int_equal(pipe2(err, O_CLOEXEC), 0);
	scene.out = out[1];
	scene.err = err[1];
	set_up(&g, &s);
	assert_true(fcntl(s.memfd, F_GETFD) & FD_CLOEXEC);
	e = guarded_next(&g);
	assert_true(seal_outputs(&s, &g.trap, e.id, NULL));
	assert_true(is_sealed(g.pid, 1) && is_sealed(g.pid, 2) && is_sealed(g.pid, COPY));
	assert_false(closes_on_exec(g.pid, 1) || closes_on_exec(g.pid, 2));
	assert_true(closes_on_exec(g.pid, COPY));
	assert_non_null(strstr(target_of(g.pid, OWN), "memfd:own"));
	let_it_speak();
	assert_string_equal(text_of(s.memfd), "late trouble copied ");
	assert_string_equal(drain(out[0]), "early ");
	assert_string_equal(drain(err[0]), "");
	tear_down(&g, &s, e.id);
	for (int i = 0; i < 2; i++) {
		close(out[i]);
		close(err[i]);
	}
}

static void what_the_test_redirected_itself_is_left_alone(void **state)
{
	struct trap_event e;
	struct guarded g;
	struct seal s;
	int out[2], err[2];

	(void)state;
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	assert_int_equal(pipe2(err, O_CLOEXEC), 0);
	scene.out = out[1];
	scene.err = err[1];
	scene.redirects = true;
	set_up(&g, &s);
	e = guarded_next(&g);
	assert_true(seal_outputs(&s, &g.trap, e.id, NULL));
	assert_true(is_sealed(g.pid, 1));
	assert_non_null(strstr(target_of(g.pid, 2), "memfd:own"));
	/* For the dump, 2 is ours whatever is there. */
	assert_true(seal_stderr(&s, &g.trap, e.id));
	assert_true(is_sealed(g.pid, 2));
	assert_false(closes_on_exec(g.pid, 2));
	tear_down(&g, &s, e.id);
	for (int i = 0; i < 2; i++) {
		close(out[i]);
		close(err[i]);
	}
}

/* One file for both, and opened for reading, too. */
static void live_with_a_file(const struct guarded *g)
{
	char path[64];
	int again;

	(void)g;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", scene.out);
	again = open(path, O_RDONLY | O_CLOEXEC);
	if (dup2(scene.out, 1) < 0 || dup2(scene.out, 2) < 0 || dup2(scene.out, 0) < 0 ||
	    dup2(again, READ_ONLY) < 0 || write(1, "early ", 6) != 6)
		_exit(90);
	_exit(7);
}

static void a_file_is_replaced_where_it_is_written(void **state)
{
	int file = memfd_create("file", MFD_CLOEXEC);
	struct trap_event e;
	struct guarded g;
	struct seal s;

	(void)state;
	scene.out = scene.err = file;
	assert_true(seal_init(&s, file, file, NULL));
	guarded_start(&g, &(struct filter_spec){ .no_open = true }, live_with_a_file);
	e = guarded_next(&g);
	assert_true(seal_outputs(&s, &g.trap, e.id, NULL));
	assert_true(is_sealed(g.pid, 1) && is_sealed(g.pid, 2));
	assert_false(is_sealed(g.pid, 0)); /* a terminal is all three */
	assert_false(is_sealed(g.pid, READ_ONLY));
	assert_string_equal(text_of(file), "early ");
	assert_string_equal(text_of(s.memfd), "");
	guarded_kill(&g);
	seal_release(&s);
	close(file);
}

static void live_without(const struct guarded *g)
{
	(void)g;
	close(1);
	close(2);
	_exit(7);
}

static void closed_outputs_are_nobody_s(void **state)
{
	struct trap_event e;
	struct guarded g;
	struct seal s;

	(void)state;
	assert_true(seal_init(&s, -1, -1, NULL));
	guarded_start(&g, &(struct filter_spec){ .no_open = true }, live_without);
	e = guarded_next(&g);
	assert_true(seal_outputs(&s, &g.trap, e.id, NULL));
	assert_string_equal(target_of(g.pid, 1), "");
	assert_true(seal_stderr(&s, &g.trap, e.id));
	assert_true(is_sealed(g.pid, 2));
	guarded_kill(&g);
	/* It is gone: nothing can be replaced any more. */
	guarded_start(&g, &(struct filter_spec){ .no_open = true }, live_without);
	e = guarded_next(&g);
	kill(g.pid, SIGKILL);
	waitpid(g.pid, NULL, 0);
	assert_false(seal_stderr(&s, &g.trap, e.id));
	assert_false(seal_outputs(&s, &g.trap, e.id, &(struct err){ 0 }));
	trap_close(&g.trap);
	close(g.told);
	seal_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_reaches_the_pipes_any_more),
		cmocka_unit_test(what_the_test_redirected_itself_is_left_alone),
		cmocka_unit_test(a_file_is_replaced_where_it_is_written),
		cmocka_unit_test(closed_outputs_are_nobody_s),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
