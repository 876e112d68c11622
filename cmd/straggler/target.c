#include "target.h"

#include "config/source.h"

/* A new file belongs where the module begins. */
static void name_new_file(struct buf *path)
{
	static const char *const marks[] = { "go.mod", "go.work" };
	AUTO_BUF up = { 0 };

	for (int i = 0; i < 64; i++) {
		for (size_t k = 0; k < ARRAY_LEN(marks); k++) {
			AUTO_BUF mark = { 0 };

			buf_printf(&mark, "%s%s", buf_str(&up), marks[k]);
			if (access(buf_str(&mark), F_OK) == 0) {
				buf_printf(path, "%s%s", buf_str(&up), CONFIG_FILE);
				return;
			}
		}
		buf_puts(&up, "../");
	}
	buf_puts(path, CONFIG_FILE);
}

bool target_read(const char *path, struct buf *text, struct err *err)
{
	if (access(path, F_OK) == 0)
		return source_read(path, text, NULL, err);
	buf_puts(text, "version: 1\n");
	return true;
}

void target_name(struct buf *path, const char *given, const struct configuration *c)
{
	if (given)
		buf_puts(path, given);
	else if (c->file)
		buf_puts(path, c->file);
	else
		name_new_file(path);
}
