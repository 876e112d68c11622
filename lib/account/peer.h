/*
 * Who a goroutine in the network poller waits for, in words: "it waits to read from
 * 127.0.0.1:4711, which has not closed the connection; no read deadline is set".
 *
 * The runtime's own record of the descriptor (heap.h) says which it is and until when; the kernel,
 * what that is connected to. The process must still be there.
 */
#ifndef ACCOUNT_PEER_H
#define ACCOUNT_PEER_H

#include "account/heap.h"
#include "account/witness.h"
#include "base/buf.h"
#include "proc/endpoint.h"

/* So many waiters of one look are asked about. */
#define PEERS_MOST 256

/* Zero-initialised but for heap (borrowed) and ends.pid. */
struct peers {
	const struct heap *heap;
	struct endpoints ends;
	uint32_t asked;
};

/* Appends what is known, a clause; nothing when it is not certain. idle: of a connection that is
 * kept for later, so that nobody misses a deadline. */
void peer_tell(struct peers *p, const struct witness *w, bool idle, struct buf *out);

void peers_release(struct peers *p);

#endif
