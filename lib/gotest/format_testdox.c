#include "gotest/format.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "base/vec.h"

static bool is_upper(char c)
{
	return isupper((unsigned char)c) != 0;
}

static bool is_lower(char c)
{
	return islower((unsigned char)c) != 0;
}

static bool is_digit(char c)
{
	return isdigit((unsigned char)c) != 0;
}

/* "URLIsRead" has the words URL, Is and Read: a capital begins one where a small letter stands
 * before or after it. */
static bool begins_word(const char *name, const char *at)
{
	if (at == name)
		return false;
	if (is_digit(*at))
		return !is_digit(at[-1]);
	return is_upper(*at) &&
	       (is_lower(at[-1]) || is_digit(at[-1]) || (is_upper(at[-1]) && is_lower(at[1])));
}

static void end_word(struct buf *sentence, struct buf *word)
{
	bool capital = word->len > 1 && is_upper(word->data[0]) && is_upper(word->data[1]);

	if (!word->len)
		return;
	if (sentence->len)
		buf_putc(sentence, ' ');
	if (sentence->len && !capital)
		word->data[0] = (char)tolower((unsigned char)word->data[0]);
	if (!sentence->len)
		word->data[0] = (char)toupper((unsigned char)word->data[0]);
	buf_put(sentence, word->data, word->len);
	buf_reset(word);
}

/* "TestFetch/returns_the_first" reads "Fetch returns the first". */
static void put_sentence(struct buf *out, const char *name)
{
	AUTO_BUF sentence = { 0 }, word = { 0 };
	const char *text = name;

	for (size_t i = 0; i < 4; i++) {
		static const char *const kinds[] = { "Test", "Fuzz", "Example", "Benchmark" };

		if (starts_with(name, kinds[i]) && name[strlen(kinds[i])])
			text = name + strlen(kinds[i]);
	}
	for (const char *p = text; *p; p++) {
		if (*p == '_' || *p == '/' || begins_word(text, p))
			end_word(&sentence, &word);
		if (*p != '_' && *p != '/')
			buf_putc(&word, *p);
	}
	end_word(&sentence, &word);
	utf8_clean(out, sentence.len ? buf_str(&sentence) : name);
}

struct sentence {
	char *text; /* owned */
	const struct test_run *run;
};

static int by_text(const void *a, const void *b)
{
	return strcmp(((const struct sentence *)a)->text, ((const struct sentence *)b)->text);
}

static void put_line(const struct scene *s, const struct sentence *line)
{
	buf_putc(s->out, ' ');
	format_put_result(s, line->run->result, format_icon(line->run->result));
	buf_printf(s->out, " %s", line->text);
	format_put_seconds(s->out, line->run->elapsed_ns);
	buf_putc(s->out, '\n');
}

static void put_package(const struct scene *s)
{
	struct {
		struct sentence *items;
		size_t len, cap;
	} lines = { 0 };

	utf8_clean(s->out, s->package->package);
	buf_puts(s->out, ":\n");
	for (size_t i = 0; i < s->package->runs.len; i++) {
		const struct test_run *run = &s->package->runs.items[i];
		struct buf text = { 0 };

		if (test_name_is_benchmark(run->name))
			continue;
		put_sentence(&text, run->name);
		VEC_PUSH(&lines, ((struct sentence){ buf_take(&text), run }));
	}
	if (lines.len)
		qsort(lines.items, lines.len, sizeof(*lines.items), by_text);
	for (size_t i = 0; i < lines.len; i++) {
		put_line(s, &lines.items[i]);
		free(lines.items[i].text);
	}
	VEC_FREE(&lines);
	buf_putc(s->out, '\n');
}

const struct format format_testdox = {
	.name = "testdox",
	.help = "a sentence for each test, made of its name",
	.package = put_package,
};
