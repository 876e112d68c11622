#include "proc/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "base/vec.h"

/* Skips n fields and the spaces behind them. */
static const char *skip_fields(const char *s, int n)
{
	while (n-- > 0) {
		s += strcspn(s, " \n");
		s += strspn(s, " ");
	}
	return s;
}

static bool is_line(const char *s, const char *text)
{
	size_t n = strlen(text);

	return n && starts_with(s, text) && (!s[n] || s[n] == '\n');
}

/* start-end perms offset device inode name */
static void add_map(struct memory *m, const char *line, const char *program)
{
	struct memory_map map = { 0 };
	const char *name = skip_fields(line, 5);
	char *end;

	map.start = strtoull(line, &end, 16);
	if (*end != '-')
		return;
	map.end = strtoull(end + 1, &end, 16);
	if (*end != ' ')
		return;
	map.write = end[2] == 'w';
	map.exe = is_line(name, program);
	map.anonymous = !*name || *name == '\n' || starts_with(name, "[anon: Go");
	VEC_PUSH(&m->maps, map);
}

static bool read_maps(struct memory *m, struct err *err)
{
	char path[64], program[4096], line[8192];
	ssize_t n;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/exe", m->pid);
	n = readlink(path, program, sizeof(program) - 1);
	program[n > 0 ? n : 0] = '\0';
	snprintf(path, sizeof(path), "/proc/%d/maps", m->pid);
	f = fopen(path, "re");
	if (!f)
		return err_sys(err, errno, "open %s", path);
	while (fgets(line, sizeof(line), f))
		add_map(m, line, program);
	fclose(f);
	return true;
}

bool memory_open(struct memory *m, int pid, struct err *err)
{
	struct memory got = { .pid = pid, .fd = -1 };
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	got.fd = open(path, O_RDONLY | O_CLOEXEC);
	if (got.fd < 0)
		return err_sys(err, errno, "open %s", path);
	if (!read_maps(&got, err)) {
		memory_close(&got);
		return false;
	}
	*m = got;
	return true;
}

void memory_close(struct memory *m)
{
	if (m->pid && m->fd >= 0)
		close(m->fd);
	VEC_FREE(&m->maps);
	*m = (struct memory){ 0 };
}

size_t memory_read_some(const struct memory *m, uint64_t address, void *to, size_t n)
{
	ssize_t got;

	if (!m->pid || address > INT64_MAX)
		return 0;
	got = pread(m->fd, to, n, (off_t)address);
	return got > 0 ? (size_t)got : 0;
}

bool memory_read(const struct memory *m, uint64_t address, void *to, size_t n)
{
	return memory_read_some(m, address, to, n) == n;
}

bool memory_u64(const struct memory *m, uint64_t address, uint64_t *v)
{
	return memory_read(m, address, v, sizeof(*v));
}

bool memory_u32(const struct memory *m, uint64_t address, uint32_t *v)
{
	return memory_read(m, address, v, sizeof(*v));
}

bool memory_write(const struct memory *m, uint64_t address, const void *from, size_t n,
		  struct err *err)
{
	char path[64];
	ssize_t done;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/mem", m->pid);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, errno, "open %s to write", path);
	done = pwrite(fd, from, n, (off_t)address);
	if (done != (ssize_t)n)
		err_sys(err, done < 0 ? errno : EIO, "write to %s", path);
	close(fd);
	return done == (ssize_t)n;
}

uint64_t memory_bias(const struct memory *m, uint64_t base)
{
	for (size_t i = 0; i < m->maps.len; i++)
		if (m->maps.items[i].exe)
			return m->maps.items[i].start - (base & ~UINT64_C(4095));
	return 0;
}

const struct memory_map *memory_find(const struct memory *m, uint64_t address)
{
	for (size_t i = 0; i < m->maps.len; i++)
		if (m->maps.items[i].start <= address && address < m->maps.items[i].end)
			return &m->maps.items[i];
	return NULL;
}

uint64_t memory_peak(void)
{
	char line[256];
	uint64_t kib = 0;
	FILE *f = fopen("/proc/self/status", "re");

	while (f && !kib && fgets(line, sizeof(line), f))
		if (starts_with(line, "VmHWM:"))
			kib = strtoull(line + 6, NULL, 10);
	if (f)
		fclose(f);
	return kib * 1024;
}
