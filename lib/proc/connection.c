#include "proc/connection.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#define TABLE_MAX    ((size_t)8 << 20)
#define LOCAL_ACCEPT 0x10000 /* include/uapi/linux/net.h, __SO_ACCEPTCON */

bool table_read(struct buf *out, int pid, const char *name)
{
	AUTO_CLOSE int fd = -1;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd >= 0 && out->len <= TABLE_MAX && buf_fill(out, fd, TABLE_MAX - out->len);
}

bool table_read_fdinfo(struct buf *out, int pid, int fd)
{
	char name[32];

	snprintf(name, sizeof(name), "fdinfo/%d", fd);
	return table_read(out, pid, name);
}

struct str table_word(struct str *line)
{
	struct str word;

	while (line->n && (*line->p == ' ' || *line->p == '\t')) {
		line->p++;
		line->n--;
	}
	word = (struct str){ .p = line->p };
	while (word.n < line->n && line->p[word.n] != ' ' && line->p[word.n] != '\t')
		word.n++;
	line->p += word.n;
	line->n -= word.n;
	return word;
}

struct str table_word_at(struct str line, int n)
{
	struct str word = { 0 };

	for (int i = 0; i <= n; i++)
		word = table_word(&line);
	return word;
}

uint64_t table_number(struct str word, int base)
{
	char text[24];

	if (word.n >= sizeof(text))
		return UINT64_MAX;
	memcpy(text, word.p, word.n);
	text[word.n] = '\0';
	return strtoull(text, NULL, base);
}

uint64_t table_inode(struct str target)
{
	size_t digits = 0;

	if (!str_skip(&target, "socket:[") && !str_skip(&target, "pipe:["))
		return 0;
	while (digits < target.n && target.p[digits] >= '0' && target.p[digits] <= '9')
		digits++;
	target.n = digits;
	return table_number(target, 10);
}

void connection_tables_read(struct connection_tables *t, int pid)
{
	if (t->read)
		return;
	t->read = true;
	table_read(&t->tcp, pid, "net/tcp");
	table_read(&t->tcp, pid, "net/tcp6");
	table_read(&t->udp, pid, "net/udp");
	table_read(&t->udp, pid, "net/udp6");
	table_read(&t->local, pid, "net/unix");
}

void connection_tables_release(struct connection_tables *t)
{
	buf_release(&t->tcp);
	buf_release(&t->udp);
	buf_release(&t->local);
}

/* An IPv4 address within IPv6 is the IPv4 address. */
static struct str plain_address(struct str address)
{
	str_skip(&address, "0000000000000000FFFF0000");
	return address;
}

struct connection connection_of(struct str line)
{
	return (struct connection){
		.local = plain_address(table_word_at(line, 1)),
		.remote = plain_address(table_word_at(line, 2)),
		.state = table_number(table_word_at(line, 3), 16),
		.inode = table_number(table_word_at(line, 9), 10),
	};
}

bool connection_find(struct str table, uint64_t inode, struct connection *c)
{
	struct str line;

	/* Those that nobody owns any more have none. */
	while (inode && str_line(&table, &line)) {
		*c = connection_of(line);
		if (c->inode == inode)
			return true;
	}
	return false;
}

bool connection_find_other(struct str table, const struct connection *c, struct connection *other)
{
	struct str line;

	while (str_line(&table, &line)) {
		*other = connection_of(line);
		if (str_eq(other->local, c->remote) && str_eq(other->remote, c->local))
			return true;
	}
	return false;
}

bool local_socket_find(struct str table, uint64_t inode, struct local_socket *s)
{
	struct str line;

	while (inode && str_line(&table, &line)) {
		if (table_number(table_word_at(line, 6), 10) != inode)
			continue;
		s->path = table_word_at(line, 7);
		s->listens = (table_number(table_word_at(line, 3), 16) & LOCAL_ACCEPT) != 0;
		return true;
	}
	return false;
}

static struct str host_of(struct str address)
{
	const char *colon = memchr(address.p, ':', address.n);

	return (struct str){ .p = address.p, .n = colon ? (size_t)(colon - address.p) : address.n };
}

/* Words of four bytes in the order of the machine. */
bool connection_put_host(struct buf *out, struct str address)
{
	struct str host = host_of(address);
	uint32_t words[4];
	char text[INET6_ADDRSTRLEN];

	if (host.n != 8 && host.n != 32)
		return false;
	for (size_t i = 0; i < host.n / 8; i++)
		words[i] = (uint32_t)table_number((struct str){ .p = host.p + 8 * i, .n = 8 }, 16);
	if (!inet_ntop(host.n == 8 ? AF_INET : AF_INET6, words, text, sizeof(text)))
		return false;
	buf_puts(out, text);
	return true;
}

uint16_t connection_port(struct str address)
{
	struct str host = host_of(address);

	return host.n + 5 == address.n
		   ? (uint16_t)table_number((struct str){ .p = address.p + host.n + 1, .n = 4 }, 16)
		   : 0;
}
