#include "report/compared.h"
#include "report/entry.h"
#include "report/summary.h"

static bool write_screens(const struct run_file *r, const struct report_options *o, struct buf *out,
			  struct err *err)
{
	struct screen s = screen_of(r, o, out);
	AUTO_GROUPS g = { 0 };
	size_t allowed = 0;

	(void)err;
	groups_of(&g, r);
	for (size_t i = 0; i < g.len; i++) {
		bool excused = g.items[i].items[0]->status == STATUS_ALLOWED;

		if (o->quiet && g.items[i].items[0]->status == STATUS_NOTE)
			continue;
		if (!o->verbose && (excused || !compared_is_shown(r, g.items[i].items[0])))
			continue;
		entry_print(&s, &g.items[i]);
		allowed += excused ? 1 : 0;
		if (!excused)
			buf_putc(out, '\n');
	}
	if (allowed)
		buf_putc(out, '\n');
	if (o->counts)
		counts_print(&s, r);
	compared_print(&s, r);
	summary_print(&s, r, &g);
	return true;
}

const struct report report_term = {
	.name = "term",
	.summary = "the findings and a summary, for people",
	.write = write_screens,
};
