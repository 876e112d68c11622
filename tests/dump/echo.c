/* Prints a dump again as Go prints it, from what the parser kept. tests/dump/compare
 * compares it with the original. With -n it prints only how many there are. */
#include <stdio.h>
#include <string.h>

#include "gotest/dump.h"

static bool quiet;
static size_t goroutines, frames, damaged;

static void print_frame(const struct dump_frame *f)
{
	printf("%s(", f->function);
	for (unsigned i = 0; i < f->nargs; i++)
		printf("%s0x%jx%s", i ? ", " : "", (uintmax_t)f->args[i],
		       f->stale >> i & 1 ? "?" : "");
	printf(")\n\t%s:%u", f->file, f->line);
	if (f->pc)
		printf(" fp=0x%jx sp=0x%jx pc=0x%jx", (uintmax_t)f->fp, (uintmax_t)f->sp,
		       (uintmax_t)f->pc);
	putchar('\n');
}

static void print_created(const struct dump_frame *f, uint64_t creator)
{
	if (!f->function[0])
		return;
	printf("created by %s", f->function);
	if (creator)
		printf(" in goroutine %ju", (uintmax_t)creator);
	printf("\n\t%s:%u\n", f->file, f->line);
}

static void print_header(const struct dump_goroutine *g)
{
	printf("goroutine %ju", (uintmax_t)g->id);
	if (g->gp)
		printf(" gp=0x%jx", (uintmax_t)g->gp);
	printf(" [%s%s%s%s", g->reason, g->leaked ? " (leaked)" : "", g->scan ? " (scan)" : "",
	       g->durable ? " (durable)" : "");
	if (g->minutes)
		printf(", %u minutes", g->minutes);
	printf("%s", g->locked ? ", locked to thread" : "");
	if (g->bubble)
		printf(", synctest bubble %ju", (uintmax_t)g->bubble);
	printf("]:\n");
}

static void print_goroutine(void *ctx, struct dump_goroutine *g)
{
	(void)ctx;
	goroutines++;
	frames += g->frames.len;
	damaged += g->damaged;
	if (quiet)
		return;
	print_header(g);
	if (g->no_stack)
		printf("\tgoroutine running on other thread; stack unavailable\n");
	for (size_t i = 0; i < g->frames.len; i++)
		print_frame(&g->frames.items[i]);
	print_created(&g->created_by, g->creator);
	for (size_t i = 0; i < g->ancestors.len; i++) {
		const struct dump_ancestor *a = &g->ancestors.items[i];

		printf("[originating from goroutine %ju]:\n", (uintmax_t)a->id);
		for (size_t j = 0; j < a->len; j++)
			print_frame(&g->ancestor_frames.items[a->first + j]);
		print_created(&a->created_by, 0);
	}
	printf("%s\n", g->damaged ? "DAMAGED\n" : "");
}

int main(int argc, char **argv)
{
	struct arena arena = { 0 };
	struct dump_parser p = { .arena = &arena, .each = print_goroutine };
	char piece[65536];
	size_t n;

	quiet = argc > 1 && !strcmp(argv[1], "-n");
	while ((n = fread(piece, 1, sizeof(piece), stdin)))
		dump_feed(&p, piece, n);
	dump_end(&p);
	arena_clear(&arena);
	if (quiet)
		printf("%zu goroutines, %zu frames, %zu damaged\n", goroutines, frames, damaged);
	return fflush(stdout) ? 1 : 0;
}
