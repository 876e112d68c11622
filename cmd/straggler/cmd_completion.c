#include <stdio.h>
#include <string.h>

#include "cmd.h"

/* What follows a command, with a space before each. Names are ours: no shell takes a letter of
 * them for more than that. */
static void print_words(const struct command *c)
{
	struct option_spec spec;

	for (const struct option *o = c->options; o && o->name; o++)
		printf(" --%s", o->name);
	for (size_t i = 0; c->option_at && c->option_at(i, &spec); i++)
		printf(" --%s", spec.name);
	for (size_t i = 0; c->word_at && c->word_at(i); i++)
		printf(" %s", c->word_at(i));
}

/* Summaries have no quotes: a test reads each script with its shell. */
static void print_bash(void)
{
	const struct command *c;

	puts("_straggler() {\n"
	     "	local words=\n"
	     "	if [ \"$COMP_CWORD\" = 1 ]; then");
	fputs("		words='help", stdout);
	for (size_t i = 0; (c = command_at(i)); i++)
		printf(" %s", c->name);
	puts("'\n"
	     "	else\n"
	     "		case ${COMP_WORDS[1]} in");
	for (size_t i = 0; (c = command_at(i)); i++) {
		printf("		%s) words='", c->name);
		print_words(c);
		puts("' ;;");
	}
	puts("		esac\n"
	     "	fi\n"
	     "	COMPREPLY=($(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n"
	     "}\n"
	     "complete -o default -F _straggler straggler");
}

static void print_zsh(void)
{
	const struct command *c;

	puts("#compdef straggler\n"
	     "_straggler() {\n"
	     "	local -a found\n"
	     "	if (( CURRENT == 2 )); then\n"
	     "		found=(");
	for (size_t i = 0; (c = command_at(i)); i++)
		printf("			'%s:%s'\n", c->name, c->summary);
	puts("		)\n"
	     "		_describe command found\n"
	     "		return\n"
	     "	fi\n"
	     "	case $words[2] in");
	for (size_t i = 0; (c = command_at(i)); i++) {
		printf("	%s) found=(", c->name);
		print_words(c);
		puts(" ) ;;");
	}
	puts("	esac\n"
	     "	compadd -a found\n"
	     "	_files\n"
	     "}\n"
	     "compdef _straggler straggler");
}

static void print_fish_option(const struct command *c, const char *name, bool takes_value)
{
	printf("complete -c straggler -n '__fish_seen_subcommand_from %s' -l %s%s\n", c->name, name,
	       takes_value ? " -r" : "");
}

static void print_fish(void)
{
	const struct command *c;
	struct option_spec spec;

	for (size_t i = 0; (c = command_at(i)); i++) {
		printf("complete -c straggler -n __fish_use_subcommand -f -a %s -d '%s'\n", c->name,
		       c->summary);
		for (const struct option *o = c->options; o && o->name; o++)
			print_fish_option(c, o->name, o->has_arg != no_argument);
		for (size_t j = 0; c->option_at && c->option_at(j, &spec); j++)
			print_fish_option(c, spec.name, spec.takes_value);
		for (size_t j = 0; c->word_at && c->word_at(j); j++)
			printf("complete -c straggler -n '__fish_seen_subcommand_from %s' -a %s\n",
			       c->name, c->word_at(j));
	}
}

static const struct {
	const char *name;
	void (*print)(void);
} shells[] = {
	{ "bash", print_bash },
	{ "zsh", print_zsh },
	{ "fish", print_fish },
};

static const char *word_at(size_t i)
{
	return i < ARRAY_LEN(shells) ? shells[i].name : NULL;
}

static bool run(int argc, char **argv, int *code, struct err *err)
{
	(void)code;
	if (argc == 2 && !strcmp(argv[1], "--help")) {
		puts("usage: straggler completion SHELL\n\n"
		     "Prints what makes bash, zsh or fish complete commands, options and words:\n\n"
		     "  bash   eval \"$(straggler completion bash)\" in ~/.bashrc\n"
		     "  zsh    eval \"$(straggler completion zsh)\" in ~/.zshrc, after compinit\n"
		     "  fish   straggler completion fish "
		     ">~/.config/fish/completions/straggler.fish");
		return true;
	}
	if (argc != 2)
		return err_set(err, ERR_USAGE, "completion takes one shell: bash, zsh or fish");
	for (size_t i = 0; i < ARRAY_LEN(shells); i++) {
		if (!strcmp(argv[1], shells[i].name)) {
			shells[i].print();
			return true;
		}
	}
	return err_set(err, ERR_USAGE, "completion is for bash, zsh or fish, not for '%s'",
		       argv[1]);
}

const struct command cmd_completion = {
	.name = "completion",
	.args = "SHELL",
	.summary = "print what makes a shell complete commands and options",
	.word_at = word_at,
	.run = run,
};
