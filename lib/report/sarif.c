#include <string.h>

#include "report/compared.h"
#include "report/entry.h"
#include "report/place.h"
#include "report/report.h"
#include "report/text.h"
#include "json/write.h"

#define SCHEMA                                                                \
	"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/" \
	"sarif-schema-2.1.0.json"
#define BASE "SRCROOT" /* of every path: the root of the repository */
#define KEY  "stragglerKey/v1"

/* In a message "[a](b)" is a link (section 3.11.6), and a test may be called so. */
static void put_message(struct json_writer *w, const char *key, const char *raw)
{
	AUTO_BUF clean = { 0 }, text = { 0 };

	text_clean(&clean, raw);
	for (const char *p = buf_str(&clean); *p; p++) {
		if (strchr("[]", *p) && strstr(buf_str(&clean), "]("))
			buf_putc(&text, '\\');
		buf_putc(&text, *p);
	}
	json_key(w, key);
	json_object(w);
	json_kstr(w, "text", buf_str(&text));
	json_object_end(w);
}

/* A path as a relative reference: RFC 3986 section 2.3 names what stays. */
static void put_uri(struct json_writer *w, const char *path)
{
	AUTO_BUF uri = { 0 };

	for (; *path; path++) {
		unsigned char c = (unsigned char)*path;

		if (((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || strchr("0123456789-._~/", c))
			buf_putc(&uri, *path);
		else
			buf_printf(&uri, "%%%02X", c);
	}
	json_kstr(w, "uri", buf_str(&uri));
}

static void put_function(struct json_writer *w, const char *function)
{
	AUTO_BUF clean = { 0 };

	text_clean(&clean, function);
	json_key(w, "logicalLocations");
	json_array(w);
	json_object(w);
	json_kstr(w, "fullyQualifiedName", buf_str(&clean));
	json_kstr(w, "kind", "function");
	json_object_end(w);
	json_array_end(w);
}

static void put_file(struct json_writer *w, const char *path, uint32_t line)
{
	json_key(w, "physicalLocation");
	json_object(w);
	json_key(w, "artifactLocation");
	json_object(w);
	put_uri(w, path);
	json_kstr(w, "uriBaseId", BASE);
	json_object_end(w);
	if (line) {
		json_key(w, "region");
		json_object(w);
		json_kint(w, "startLine", line);
		json_object_end(w);
	}
	json_object_end(w);
}

/* Files outside of the repository are where they are on one machine only: of them the
 * function is told. */
static void put_members(struct json_writer *w, const struct run_file *r, const struct place *p)
{
	AUTO_BUF path = { 0 };

	if (place_repository_file(&path, &r->run, p))
		put_file(w, buf_str(&path), p->line);
	if (*p->function)
		put_function(w, p->function);
}

static void put_location(struct json_writer *w, const struct run_file *r, const struct place *p,
			 const char *message)
{
	json_object(w);
	put_members(w, r, p);
	if (*message)
		put_message(w, "message", message);
	json_object_end(w);
}

/* --- rules ---------------------------------------------------------------------------- */

static const char *level_name(enum status status)
{
	return status == STATUS_NOTE ? "note" : "error";
}

static void put_rule(struct json_writer *w, enum class_id id)
{
	const struct class_row *row = class_row(id);
	AUTO_BUF text = { 0 };

	json_object(w);
	json_kstr(w, "id", row->id);
	if (!row->is_growth)
		buf_printf(&text, "%s%s ", row->is_figure ? "" : "A ",
			   row->unit ? row->unit : "goroutine");
	buf_puts(&text, row->cause);
	put_message(w, "shortDescription", buf_str(&text));
	buf_printf(&text, ". Usually: %s.", row->usually);
	put_message(w, "help", buf_str(&text));
	json_kstr(w, "helpUri", row->docs);
	json_key(w, "defaultConfiguration");
	json_object(w);
	json_kstr(w, "level", level_name(row->status));
	json_object_end(w);
	json_object_end(w);
}

static void put_tool(struct json_writer *w, const struct run_file *r)
{
	json_key(w, "tool");
	json_object(w);
	json_key(w, "driver");
	json_object(w);
	json_kstr(w, "name", "straggler");
	json_kstr(w, "version", r->run.tool);
	json_key(w, "rules");
	json_array(w);
	for (size_t i = 0; i < CLASS_COUNT; i++)
		put_rule(w, (enum class_id)i);
	json_array_end(w);
	json_object_end(w);
	json_object_end(w);
}

/* --- results -------------------------------------------------------------------------- */

static void put_summary(struct json_writer *w, const struct finding *f)
{
	const char *unit = class_row(f->class)->unit ? class_row(f->class)->unit : "goroutine";
	AUTO_BUF text = { 0 };

	entry_owner(&text, f);
	if (class_row(f->class)->is_growth) {
		buf_puts(&text, ": ");
		entry_cause(&text, f);
		put_message(w, "message", buf_str(&text));
		return;
	}
	buf_puts(&text, f->hang                          ? " hung with "
			: class_row(f->class)->is_figure ? " had "
							 : " left ");
	text_number(&text, f->count);
	buf_printf(&text, " %s%s", unit, text_plural(f->count, unit));
	if (f->hang)
		buf_puts(&text, f->count == 1 ? ": it" : ": each");
	else if (!class_row(f->class)->is_figure)
		buf_puts(&text, f->count == 1 ? " behind: it" : " behind: each");
	buf_putc(&text, ' ');
	entry_cause(&text, f);
	put_message(w, "message", buf_str(&text));
}

static void put_step(struct json_writer *w, const struct run_file *r, const struct place *p,
		     const char *message)
{
	AUTO_BUF source = { 0 };

	place_source(&source, p);
	json_object(w);
	json_key(w, "location");
	put_location(w, r, p, *message ? message : buf_str(&source));
	json_object_end(w);
}

static void put_flow(struct json_writer *w, const struct run_file *r, const struct finding *f)
{
	size_t n = f->chain.len;
	AUTO_BUF cause = { 0 };

	if (!n && !place_is_known(&f->created_at))
		return;
	json_key(w, "codeFlows");
	json_array(w);
	json_object(w);
	json_key(w, "threadFlows");
	json_array(w);
	json_object(w);
	json_key(w, "locations");
	json_array(w);
	for (size_t i = 0; i < n; i++)
		put_step(w, r, &f->chain.items[i], "");
	if (!n || !place_equal(&f->chain.items[n - 1], &f->created_at))
		put_step(w, r, &f->created_at, "");
	entry_cause(&cause, f);
	if (place_is_known(&f->blocked_at))
		put_step(w, r, &f->blocked_at, buf_str(&cause));
	json_array_end(w);
	json_object_end(w);
	json_array_end(w);
	json_object_end(w);
	json_array_end(w);
}

static void put_related(struct json_writer *w, const struct run_file *r, const struct finding *f)
{
	AUTO_BUF cause = { 0 };

	if (!place_is_known(&f->blocked_at))
		return;
	entry_cause(&cause, f);
	json_key(w, "relatedLocations");
	json_array(w);
	json_object(w);
	json_kint(w, "id", 1);
	put_members(w, r, &f->blocked_at);
	put_message(w, "message", buf_str(&cause));
	json_object_end(w);
	json_array_end(w);
}

/* Present in all results or in none (section 3.27.23). */
static void put_suppressions(struct json_writer *w, const struct finding *f)
{
	AUTO_BUF why = { 0 };

	json_key(w, "suppressions");
	json_array(w);
	if (f->status == STATUS_ALLOWED) {
		text_clean(&why, f->allowance);
		if (*f->reason) {
			buf_puts(&why, why.len ? ": " : "");
			text_clean(&why, f->reason);
		}
		json_object(w);
		json_kstr(w, "kind", "external");
		json_kstr(w, "status", "accepted");
		json_kstr(w, "justification", buf_str(&why));
		json_object_end(w);
	}
	json_array_end(w);
}

static void put_state(struct json_writer *w, const struct run_file *r, const struct finding *f)
{
	bool shown_only = f->status == STATUS_LEAK && !compared_fails(r, f);

	json_kstr(w, "level", shown_only ? "warning" : level_name(f->status));
	if (r->base.present && f->status == STATUS_LEAK)
		json_kstr(w, "baselineState", compared_is_shown(r, f) ? "new" : "unchanged");
}

static void put_properties(struct json_writer *w, const struct finding *f)
{
	AUTO_BUF package = { 0 }, owner = { 0 };

	text_clean(&package, f->package);
	entry_owner(&owner, f);
	json_key(w, "properties");
	json_object(w);
	json_kstr(w, "package", buf_str(&package));
	json_kstr(w, "owner", buf_str(&owner));
	json_kstr(w, "status", status_name(f->status));
	json_kstr(w, "certainty", certainty_name(f->certainty));
	if (class_row(f->class)->is_growth) {
		json_kint(w, "bytesPerRun", (int64_t)f->bytes_per_run);
		json_kint(w, "objectsPerRun", (int64_t)f->objects_per_run);
	}
	json_object_end(w);
}

static void put_result(struct json_writer *w, const struct run_file *r, const struct finding *f)
{
	AUTO_BUF key = { 0 };

	text_clean(&key, f->key);
	json_object(w);
	json_kstr(w, "ruleId", class_row(f->class)->id);
	json_kint(w, "ruleIndex", f->class);
	put_state(w, r, f);
	put_summary(w, f);
	json_key(w, "locations");
	json_array(w);
	put_location(w, r, place_of_interest(&r->run, f), "");
	json_array_end(w);
	put_related(w, r, f);
	put_flow(w, r, f);
	json_kint(w, "occurrenceCount", f->count ? f->count : 1);
	if (key.len) {
		json_key(w, "partialFingerprints");
		json_object(w);
		json_kstr(w, KEY, buf_str(&key));
		json_object_end(w);
	}
	put_suppressions(w, f);
	put_properties(w, f);
	json_object_end(w);
}

/* --- the run -------------------------------------------------------------------------- */

static void put_notification(struct json_writer *w, const struct package_record *p)
{
	AUTO_BUF text = { 0 };

	buf_printf(&text, "%s is %s: %s", p->package,
		   p->checked == CHECKED_NO ? "not checked" : "checked in part",
		   *p->why ? p->why : "no reason is known");
	json_object(w);
	json_kstr(w, "level", "warning");
	put_message(w, "message", buf_str(&text));
	json_object_end(w);
}

static void put_invocation(struct json_writer *w, const struct run_file *r)
{
	json_key(w, "invocations");
	json_array(w);
	json_object(w);
	json_kbool(w, "executionSuccessful", r->end.present && r->end.exit_code <= 1);
	if (r->end.present)
		json_kint(w, "exitCode", r->end.exit_code);
	json_key(w, "toolExecutionNotifications");
	json_array(w);
	for (size_t i = 0; i < r->packages.len; i++)
		if (r->packages.items[i].checked != CHECKED_YES)
			put_notification(w, &r->packages.items[i]);
	json_array_end(w);
	json_object_end(w);
	json_array_end(w);
}

static void put_run(struct json_writer *w, const struct run_file *r)
{
	json_object(w);
	put_tool(w, r);
	put_invocation(w, r);
	json_key(w, "originalUriBaseIds");
	json_object(w);
	json_key(w, BASE);
	json_object(w);
	put_message(w, "description", "The root of the repository.");
	json_object_end(w);
	json_object_end(w);
	json_kstr(w, "columnKind", "utf16CodeUnits");
	json_key(w, "results");
	json_array(w);
	for (size_t i = 0; i < r->findings.len; i++)
		put_result(w, r, &r->findings.items[i]);
	json_array_end(w);
	json_object_end(w);
}

static bool write_log(const struct run_file *r, const struct report_options *o, struct buf *out,
		      struct err *err)
{
	struct json_writer w = JSON_WRITER(out);

	(void)o;
	(void)err;
	json_object(&w);
	json_kstr(&w, "$schema", SCHEMA);
	json_kstr(&w, "version", "2.1.0");
	json_key(&w, "runs");
	json_array(&w);
	put_run(&w, r);
	json_array_end(&w);
	json_object_end(&w);
	buf_putc(out, '\n');
	return true;
}

const struct report report_sarif = {
	.name = "sarif",
	.summary = "SARIF 2.1.0, for code scanning",
	.write = write_log,
};
