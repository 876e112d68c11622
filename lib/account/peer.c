#include "account/peer.h"

#include "base/clock.h"

static void put_address(struct buf *out, struct str address)
{
	bool six = address.n > 13; /* "0100007F:1F90" */

	buf_puts(out, six ? "[" : "");
	connection_put_host(out, address);
	buf_printf(out, "%s:%u", six ? "]" : "", connection_port(address));
}

static void put_direction(struct buf *out, const struct poll_wait *p)
{
	buf_puts(out, p->writes ? "it waits to write to " : "it waits to read from ");
}

static bool is_open(uint64_t state)
{
	return state == CONNECTION_ESTABLISHED || state == CONNECTION_FIN_WAIT1 ||
	       state == CONNECTION_FIN_WAIT2;
}

static void put_connection(struct buf *out, const struct poll_wait *p, const struct endpoint *e)
{
	if (e->connection.state == CONNECTION_SYN_SENT) {
		buf_puts(out, "it waits for an answer of ");
		put_address(out, e->connection.remote);
		return;
	}
	put_direction(out, p);
	put_address(out, e->connection.remote);
	if (!e->accepted)
		buf_puts(out, ", which has not accepted the connection");
	else if (is_open(e->connection.state))
		buf_puts(out, ", which has not closed the connection");
	if (e->near)
		buf_puts(out, ": its end is open in the same process");
}

static void put_datagrams(struct buf *out, const struct poll_wait *p, const struct endpoint *e)
{
	bool peer = connection_port(e->connection.remote) != 0;

	if (p->writes)
		buf_puts(out, "it waits to send from ");
	else
		buf_puts(out, peer ? "it waits for packets from " : "it waits for packets to ");
	put_address(out, peer && !p->writes ? e->connection.remote : e->connection.local);
}

static void put_local(struct buf *out, const struct poll_wait *p, const struct endpoint *e)
{
	put_direction(out, p);
	buf_puts(out, e->path.n ? "the Unix socket " : "a Unix socket");
	buf_put(out, e->path.p, e->path.n);
}

static void put_end(struct buf *out, const struct poll_wait *p, const struct endpoint *e)
{
	switch (e->kind) {
	case ENDPOINT_CONNECTION:
		put_connection(out, p, e);
		return;
	case ENDPOINT_LISTENER:
		buf_puts(out, "it waits for connections to ");
		put_address(out, e->connection.local);
		return;
	case ENDPOINT_DATAGRAMS:
		put_datagrams(out, p, e);
		return;
	case ENDPOINT_LOCAL:
		put_local(out, p, e);
		return;
	case ENDPOINT_LOCAL_LISTENER:
		buf_puts(out, "it waits for connections to a Unix socket");
		buf_puts(out, e->path.n ? ", " : "");
		buf_put(out, e->path.p, e->path.n);
		return;
	case ENDPOINT_PIPE:
		put_direction(out, p);
		buf_puts(out,
			 e->near ? "a pipe whose other end is open in the same process" : "a pipe");
		return;
	case ENDPOINT_FILE:
		put_direction(out, p);
		buf_put(out, e->path.p, e->path.n);
		return;
	}
}

static bool is_listener(const struct endpoint *e)
{
	return e->kind == ENDPOINT_LISTENER || e->kind == ENDPOINT_LOCAL_LISTENER;
}

/* Deadlines count the nanoseconds of the monotonic clock (src/runtime/netpoll.go). */
static void put_deadline(struct buf *out, const struct poll_wait *p, const struct endpoint *e)
{
	const char *which = is_listener(e) ? "" : p->writes ? "write " : "read ";
	int64_t left_ns = p->deadline_ns - clock_now_ns();
	char text[32];

	if (!p->deadline_ns)
		buf_printf(out, "; no %sdeadline is set", which);
	else if (p->deadline_ns > 0 && left_ns > 0)
		buf_printf(out, "; its %sdeadline is in %s", which, duration_format(left_ns, text));
}

void peer_tell(struct peers *p, const struct witness *w, bool idle, struct buf *out)
{
	struct poll_wait wait;
	struct endpoint e;

	if (p->asked >= PEERS_MOST || !heap_poll_wait(p->heap, w->object, w->gp, &wait))
		return;
	p->asked++;
	if (!endpoint_find(&p->ends, wait.fd, &e))
		return;
	put_end(out, &wait, &e);
	if (!idle)
		put_deadline(out, &wait, &e);
}

void peers_release(struct peers *p)
{
	endpoints_release(&p->ends);
}
