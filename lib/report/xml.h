/* Text in XML 1.0. */
#ifndef REPORT_XML_H
#define REPORT_XML_H

#include "base/buf.h"

/*
 * Appends text from outside so that it is the value of an attribute or the content of an
 * element, of any parser: markup becomes references, what utf8_clean() names and what XML 1.0
 * has no character for (section 2.2, U+FFFE and U+FFFF) shows itself. Lines stay lines; in an
 * attribute they are references, which a parser does not take for spaces (section 3.3.3).
 */
void xml_content(struct buf *out, const char *s);
void xml_value(struct buf *out, const char *s);

/* Appends ` name="value"`. */
void xml_attribute(struct buf *out, const char *name, const char *value);

#endif
