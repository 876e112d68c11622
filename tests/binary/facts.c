/* Prints what binary_read says of each file, a line KEY VALUE each. With -t COUNT it
 * reads the file so often and prints the CPU time of one reading. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "account/layout.h"
#include "guard/proof.h"

static void print(const struct binary *b)
{
	static const char *const kinds[] = { "go", "go-other", "not-go" };

	printf("kind %s\narch %s\npie %d\nrace %d\ncgo %d\n", kinds[b->kind], b->arch, b->pie,
	       b->race, b->cgo);
	printf("exit_ip %jx\nsyscall6_ip %jx\nsend_time %jx\ntext %jx\netext %jx\nbase %jx\n",
	       (uintmax_t)b->exit_ip, (uintmax_t)b->syscall6_ip, (uintmax_t)b->send_time,
	       (uintmax_t)b->text, (uintmax_t)b->etext, (uintmax_t)b->base);
	printf("signal_queue %jx\ncrash_fd %jx\nsets_crash_output %d\nhas_test_main %d\n",
	       (uintmax_t)b->signal_queue, (uintmax_t)b->crash_fd, b->sets_crash_output,
	       b->has_test_main);
	printf("work %jx\n", (uintmax_t)b->work);
	if (proof_possible(b))
		printf("proof_pending %d\nproof_cycles %d\n",
		       proof_layout_of(b->go_version)->pending,
		       proof_layout_of(b->go_version)->cycles);
	if (layout_of(b->go_minor))
		printf("poll_fd 8\npoll_rg 32\npoll_wg 40\npoll_read_deadline "
		       "%d\npoll_write_deadline %d\npoll_self %d\n",
		       layout_of(b->go_minor)->poll_read_deadline,
		       layout_of(b->go_minor)->poll_write_deadline,
		       layout_of(b->go_minor)->poll_self);
	printf("go_minor %d\nversion %s\npath %s\nmodule %s\nold_timers %d\n", b->go_minor,
	       b->go_version, b->path, b->module, b->old_timers);
}

static bool read_one(const char *path, bool show)
{
	struct arena arena = { 0 };
	struct binary b;
	struct err err;
	char text[1024];
	bool ok = binary_read(path, &arena, &b, &err);

	if (!ok)
		fprintf(stderr, "%s\n", err_format(&err, text, sizeof(text)));
	else if (show)
		print(&b);
	arena_clear(&arena);
	return ok;
}

static double cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

int main(int argc, char **argv)
{
	double before;
	int count;

	if (argc == 2)
		return read_one(argv[1], true) ? 0 : 1;
	if (argc != 4 || strcmp(argv[1], "-t") != 0)
		return 2;
	count = atoi(argv[2]); /* NOLINT(cert-err34-c) */
	if (count <= 0)
		return 2;
	before = cpu_us();
	for (int i = 0; i < count; i++)
		if (!read_one(argv[3], false))
			return 1;
	printf("%.0f us of CPU\n", (cpu_us() - before) / count);
	return 0;
}
