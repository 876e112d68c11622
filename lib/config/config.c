#include "config/config.h"

#include <string.h>

#include "base/str.h"
#include "base/vec.h"
#include "config/catalogue.h"
#include "config/document.h"
#include "config/source.h"

static bool read_file(struct config *c, const char *path, struct err *err);

/* --- files that extend files ---------------------------------------------------------- */

static const char *resolve(const struct document *d, const char *path)
{
	const char *slash = strrchr(d->name, '/');
	AUTO_BUF b = { 0 };

	if (path[0] != '/' && slash)
		buf_put(&b, d->name, (size_t)(slash + 1 - d->name));
	buf_puts(&b, path);
	return arena_strndup(&d->config->arena, buf_str(&b), b.len);
}

/* A file that cannot be read at all is the fault of the line that names it. */
static bool extend(const struct document *d, const char *path, const struct node *at)
{
	struct err why;

	if (read_file(d->config, resolve(d, path), &why))
		return true;
	if (!why.line)
		return document_fail(d, at, "cannot extend %.100s: %s", path, why.msg);
	*d->err = why;
	return false;
}

static struct config_file *find_file(struct config *c, const struct source_id *id)
{
	for (size_t i = 0; i < c->files.len; i++)
		if (c->files.items[i].device == id->device && c->files.items[i].inode == id->inode)
			return &c->files.items[i];
	return NULL;
}

static bool read_document(struct config *c, const struct buf *text, const char *path,
			  struct err *err)
{
	struct document d = { .config = c, .name = path, .err = err, .extend = extend };
	struct arena tree = { 0 };
	struct node *root;
	bool ok;

	ok =
	    yaml_read(buf_str(text), text->len, path, &tree, &root, err) && document_read(&d, root);
	arena_clear(&tree);
	return ok;
}

/* A file that was read already says nothing new. */
static bool read_file(struct config *c, const char *path, struct err *err)
{
	struct source_id id;
	const struct config_file *known;
	AUTO_BUF text = { 0 };
	size_t index = c->files.len;

	if (!source_read(path, &text, &id, err))
		return false;
	known = find_file(c, &id);
	if (known && known->open)
		return err_set(err, ERR_USAGE, "files extend each other in a circle");
	if (known)
		return true;
	if (index == CONFIG_FILES_MAX)
		return err_set(err, ERR_USAGE, "more than %d files", CONFIG_FILES_MAX);
	VEC_PUSH(&c->files, ((struct config_file){ id.device, id.inode, true }));
	if (!read_document(c, &text, path, err))
		return false;
	c->files.items[index].open = false;
	return true;
}

bool config_read(struct config *c, const char *path, struct err *err)
{
	return read_file(c, arena_strndup(&c->arena, path, strlen(path)), err);
}

bool config_read_text(struct config *c, const char *text, size_t n, const char *name,
		      struct err *err)
{
	struct document d = { .config = c, .err = err };
	struct arena tree = { 0 };
	struct node *root;
	bool ok;

	d.name = arena_strndup(&c->arena, name, strlen(name));
	ok = yaml_read(text, n, d.name, &tree, &root, err) && document_read(&d, root);
	arena_clear(&tree);
	return ok;
}

bool config_add_catalogue(struct config *c, struct err *err)
{
	struct document d = { .config = c, .name = CATALOGUE_NAME, .built_in = true, .err = err };
	struct arena tree = { 0 };
	struct node *root;
	bool ok;

	if (!config_get(c, SETTING_CATALOGUE, NULL))
		return true;
	ok = yaml_read((const char *)catalogue_text, catalogue_size, d.name, &tree, &root, err) &&
	     document_read(&d, root);
	arena_clear(&tree);
	return ok;
}

/* --- what outdoes files -------------------------------------------------------------- */

static bool override(struct config *c, enum setting_id id, const char *text, const char *from,
		     struct err *err)
{
	struct config_value v = { .set = true, .from = { .file = from } };

	if (!setting_parse(id, text, &v.value, err))
		return err_wrap(err, "%s", from);
	c->over[id] = v;
	return true;
}

static const char *variable_value(char *const *envp, const char *name)
{
	size_t n = strlen(name);

	for (; *envp; envp++)
		if (!strncmp(*envp, name, n) && (*envp)[n] == '=')
			return *envp + n + 1;
	return NULL;
}

bool config_environment(struct config *c, char *const *envp, struct err *err)
{
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		const struct setting *s = setting_row((enum setting_id)i);
		const char *text = variable_value(envp, s->variable);

		/* Set to nothing is how CI systems leave a variable out. */
		if (text && *text && !override(c, (enum setting_id)i, text, s->variable, err))
			return false;
	}
	return true;
}

bool config_option(struct config *c, enum setting_id id, const char *text, struct err *err)
{
	AUTO_BUF name = { 0 };

	if (!text)
		return true;
	buf_printf(&name, "--%s", setting_row(id)->option);
	return override(c, id, text, arena_strndup(&c->arena, buf_str(&name), name.len), err);
}

int64_t config_get(const struct config *c, enum setting_id id, struct origin *from)
{
	const struct config_value *v = c->over[id].set ? &c->over[id] : &c->values[id];

	if (from)
		*from = v->set ? v->from : (struct origin){ .file = "" };
	return v->set ? v->value : setting_row(id)->initial;
}

void config_release(struct config *c)
{
	for (size_t i = 0; i < c->sections.len; i++)
		VEC_FREE(&c->sections.items[i].classes);
	VEC_FREE(&c->sections);
	VEC_FREE(&c->statuses);
	VEC_FREE(&c->rules);
	VEC_FREE(&c->files);
	arena_clear(&c->arena);
}

/* --- days ------------------------------------------------------------------------------ */

static int number(const char *digits, size_t n)
{
	int value = 0;

	for (size_t i = 0; i < n; i++)
		value = value * 10 + (digits[i] - '0');
	return value;
}

bool config_is_day(const char *text)
{
	static const int days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	static const char shape[] = "dddd-dd-dd";
	int year, month, day;

	for (size_t i = 0; i < sizeof(shape); i++) {
		bool digit = text[i] >= '0' && text[i] <= '9';

		if (shape[i] == 'd' ? !digit : text[i] != shape[i])
			return false;
	}
	year = number(text, 4);
	month = number(text + 5, 2);
	day = number(text + 8, 2);
	if (month < 1 || month > 12 || day < 1 || day > days[month - 1])
		return false;
	return month != 2 || day < 29 || (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
}
