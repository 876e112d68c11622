/* Prints what is read of a heap profile, a line a sample: objects, bytes, bytes of a block (0: none
 * is named), then FUNCTION FILE:LINE of each frame, leaf first, all separated by tabs. */
#include <inttypes.h>
#include <stdio.h>

#include "profile/heap_profile.h"

static void print(const struct heap_site *s)
{
	printf("%" PRId64 "\t%" PRId64 "\t%" PRId64, s->objects, s->bytes, s->block_bytes);
	for (size_t i = 0; i < s->depth; i++)
		printf("\t%s %s:%" PRIu32, s->frames[i].function, s->frames[i].file,
		       s->frames[i].line);
	putchar('\n');
}

int main(int argc, char **argv)
{
	AUTO_HEAP_PROFILE p = { 0 };
	struct err err;
	char text[1024];

	if (argc != 2) {
		fprintf(stderr, "usage: print PROFILE\n");
		return 2;
	}
	if (!heap_profile_read(&p, argv[1], &err)) {
		fprintf(stderr, "%s\n", err_format(&err, text, sizeof(text)));
		return 1;
	}
	for (size_t i = 0; i < p.len; i++)
		print(&p.items[i]);
	return 0;
}
