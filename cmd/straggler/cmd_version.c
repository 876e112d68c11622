#include <stdio.h>
#include <sys/utsname.h>

#include "cmd.h"
#include "config/yaml.h"
#include "guard/facilities.h"
#include "help.h"
#include "options.h"
#include "profile/gzip.h"
#include "profile/heap_profile.h"
#include "vcs/repo.h"
#include "version.h"
#include "json/read.h"

static const struct option_row options[] = {
	{ .name = "verbose",
	  .letter = 'v',
	  .help = "the libraries that are used, and what the kernel lets a watcher do, too" },
	OPTION_HELP,
	{ .name = NULL },
};

static void print_libraries(void)
{
	static void (*const put[])(struct buf * out) = { json_put_library, yaml_put_library,
							 repo_put_library, gzip_put_library,
							 heap_profile_put_library };

	for (size_t i = 0; i < ARRAY_LEN(put); i++) {
		AUTO_BUF line = { 0 };

		put[i](&line);
		puts(buf_str(&line));
	}
}

static void print_kernel(void)
{
	struct utsname name;
	struct facilities f;

	if (!uname(&name))
		printf("%s %s %s\n", name.sysname, name.release, name.machine);
	facilities_probe(&f);
	printf("  %-28s %s\n", "calls can be held", f.filter == FILTER_OK ? "yes" : "no");
	printf("  %-28s %s\n", "answered with a descriptor", f.answers ? "yes" : "no");
	printf("  %-28s %s\n", "through signals", f.survives ? "yes" : "no");
	printf("  %-28s %s\n", "memory can be read", f.memory ? "yes" : "no");
	printf("  %-28s %s\n", "threads' states can be read", f.states ? "yes" : "no");
}

static bool run(int argc, char **argv, int *code, struct err *err)
{
	bool verbose = false;
	int option;

	(void)code;
	while ((option = options_next("version", options, false, argc, argv, err)) > 0) {
		if (option == 'h') {
			help_print(&cmd_version);
			return true;
		}
		verbose = true;
	}
	if (option == OPTIONS_BAD)
		return false;
	if (optind < argc)
		return err_set(err, ERR_USAGE, "version takes no argument");
	printf("straggler %s\n", straggler_version);
	if (verbose) {
		print_libraries();
		print_kernel();
	}
	return true;
}

const struct command cmd_version = {
	.name = "version",
	.args = "[--verbose]",
	.summary = "print the version",
	.about =
	    "Prints the version of this program. 'straggler doctor' tells what is lost where the "
	    "kernel does not let it do something.",
	.options = options,
	.run = run,
};
