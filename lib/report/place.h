/* Functions and files as a reader knows them. */
#ifndef REPORT_PLACE_H
#define REPORT_PLACE_H

#include "account/record.h"

/* Whether p is known at all. */
bool place_is_known(const struct place *p);

bool place_equal(const struct place *a, const struct place *b);

/* Whether p is code of the user: of the main module, or, when the run does not
 * name one, neither of the standard library nor of the module cache. */
bool place_is_users(const struct run_record *run, const struct place *p);

/*
 * Appends the short file name, not cleaned:
 *  - in the module cache: "github.com/x/y@v1.2.3/file.go"
 *  - below the working directory, or a little above it: "fetch/fetch.go", "../x.go"
 *  - of the standard library: "net/http/transport.go", wherever GOROOT is
 *  - else as the compiler wrote it
 */
void place_file(struct buf *out, const struct run_record *run, const struct place *p);

/* Appends the function's name without its import path, not cleaned: "fetchAll" in
 * package itself (or its external tests), "http.(*Transport).dialConn" elsewhere. */
void place_function(struct buf *out, const char *package, const char *function);

/* Appends the line, not cleaned; of a select what it waits for, too: "select { <-done, v := <-in }". */
void place_source(struct buf *out, const struct place *p);

/* Appends how go's command line names the package from the working directory: "./fetch",
 * or the import path where no place of the finding tells the folder. */
void place_package(struct buf *out, const struct run_record *run, const struct finding *f);

/* Appends the path below the root of the repository (below the working directory where the
 * run does not know it), not cleaned: "fetch/fetch.go". Returns false, and appends nothing, when the
 * file is elsewhere. */
bool place_repository_file(struct buf *out, const struct run_record *run, const struct place *p);

/* What a reader of the code is to be shown: the user's innermost line of those that started the
 * goroutine, if it is in the repository, else what is nearest to it there. Where nothing is
 * in the repository it is the go statement. Borrowed from f. */
const struct place *place_of_interest(const struct run_record *run, const struct finding *f);

#endif
