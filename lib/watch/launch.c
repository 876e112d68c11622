#include "watch/sight.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "guard/filter.h"

#define TRACE_PIPE (1 << 20)

struct start {
	struct filter_spec filter;
	int tell; /* where the child sends the listener */
	bool filtered;
};

/* In the child, before exec. */
static bool install(void *ctx, struct err *err)
{
	struct start *st = ctx;
	bool no_new_privs;
	int listener;

	if (!st->filtered)
		return true;
	if (filter_install(&st->filter, &listener, &no_new_privs, err) != FILTER_OK)
		return false;
	if (!fd_send(st->tell, listener))
		return err_sys(err, errno, "send the listener");
	close(listener);
	return true;
}

static struct filter_spec filter_for(const struct binary *b)
{
	return (struct filter_spec){
		.exit_ip = b->pie || b->race ? 0 : b->exit_ip,
		.open_ip = b->pie ? 0 : b->syscall6_ip,
	};
}

static bool open_pipes(struct sight *s, struct err *err)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK))
		return err_sys(err, errno, "pipe");
	s->trace_in = ends[0];
	s->trace_out = ends[1];
	/* The test's end must block, as a file would. */
	fcntl(s->trace_out, F_SETFL, 0);
	fcntl(s->trace_out, F_SETPIPE_SZ, TRACE_PIPE);
	return true;
}

/* The second look prints into a pipe of ours, and reads nothing. */
static bool redirect(struct sight *s, struct err *err)
{
	int ends[2];

	if (!s->spec->gate)
		return seal_init(&s->seal, 1, 2, err);
	if (pipe2(ends, O_CLOEXEC))
		return err_sys(err, errno, "pipe");
	s->output = ends[0];
	s->output_end = ends[1];
	fcntl(s->output, F_SETFL, O_NONBLOCK);
	s->null = open("/dev/null", O_RDWR | O_CLOEXEC);
	return seal_init(&s->seal, s->output_end, s->output_end, err);
}

static char *const *replace_argument(struct sight *s, const char *from, const char *to)
{
	size_t n = 0;
	char **argv;

	while (s->argv[n])
		n++;
	argv = arena_alloc(&s->look->arena, (n + 1) * sizeof(*argv));
	for (size_t i = 0; i < n; i++)
		argv[i] = strcmp(s->argv[i], from) != 0
			      ? s->argv[i]
			      : arena_strndup(&s->look->arena, to, strlen(to));
	return argv;
}

static bool spawn_with(struct sight *s, struct start *st, int sockets[2], struct err *err)
{
	struct spawn spawn = {
		.path = s->argv[0],
		.argv = s->argv,
		.envp = s->spec->envp,
		.fds = { s->null, s->output_end, s->output_end },
		.mask = s->spec->mask,
		.die_with_parent = true,
		.prepare = install,
		.ctx = st,
	};

	st->tell = sockets[1];
	return spawn_start(&spawn, &s->child, err);
}

/* Without a filter the test opens our pipe by itself, through /proc. */
static bool spawn_unfiltered(struct sight *s, struct start *st, int sockets[2], struct err *err)
{
	char *const *argv = s->spec->argv;
	char path[64];
	bool ok;

	if (s->trace_out >= 0) {
		snprintf(path, sizeof(path), "-test.trace=/proc/%d/fd/%d", getpid(), s->trace_out);
		s->argv = replace_argument(s, "-test.trace=" TRAP_MARKER_PATH, path);
	}
	ok = spawn_with(s, st, sockets, err);
	s->argv = argv;
	return ok;
}

/* Starts the test under the filter; where there can be none, without. */
static bool start(struct sight *s, struct err *err)
{
	struct start st = { .filter = filter_for(s->spec->binary), .filtered = true };
	struct err refused;
	int sockets[2];
	int listener = -1;
	bool ok;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets))
		return err_sys(err, errno, "socketpair");
	ok = spawn_with(s, &st, sockets, &refused);
	if (!ok) {
		st.filtered = false;
		ok = spawn_unfiltered(s, &st, sockets, err);
		if (ok) {
			s->look->trap_missing = true;
			sight_why_err(s->look, "its exit cannot be held", &refused);
		}
	}
	close(sockets[1]);
	if (ok && st.filtered)
		listener = fd_receive(sockets[0]);
	close(sockets[0]);
	trap_init(&s->trap, listener);
	if (ok && s->spec->direct)
		s->trap.pid = s->child.pid;
	return ok;
}

bool launch(struct sight *s, struct err *err)
{
	return redirect(s, err) && (!s->spec->trace || open_pipes(s, err)) && start(s, err);
}
