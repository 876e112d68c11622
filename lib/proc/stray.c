#include "proc/stray.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#define ROUNDS 100 /* a fork bomb is not ours to win against */

void strays_adopt(bool on)
{
	prctl(PR_SET_CHILD_SUBREAPER, on ? 1 : 0);
}

/* Kills and reaps the children that there are. Returns how many. */
static int end_children(int except)
{
	char path[64], text[4096];
	ssize_t n;
	int fd, ended = 0;
	char *end;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", getpid());
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	for (const char *p = text;; p = end) {
		int pid = (int)strtol(p, &end, 10);

		if (end == p)
			return ended;
		if (pid == except)
			continue;
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		ended++;
	}
}

void strays_end(int except)
{
	for (int i = 0; i < ROUNDS && end_children(except); i++)
		;
}
