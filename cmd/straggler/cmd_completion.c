#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "help.h"

/* What follows a command, with a space before each. Names are ours: no shell takes a letter of
 * them for more than that. */
static void print_words(const struct command *c)
{
	struct option_row option;
	struct word_row word;

	for (size_t i = 0; command_option_at(c, i, &option); i++)
		printf(" --%s", option.name);
	for (size_t i = 0; c->word_at && !c->words_are_values && c->word_at(i, &word); i++)
		printf(" %s", word.name);
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

/* A file of this in zsh's fpath is the body of the function when it is first called. */
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
	     "if [ \"${funcstack[1]}\" = _straggler ]; then\n"
	     "	_straggler\n"
	     "else\n"
	     "	compdef _straggler straggler\n"
	     "fi");
}

static void print_fish_option(const struct command *c, const char *name, bool takes_value)
{
	printf("complete -c straggler -n '__fish_seen_subcommand_from %s' -l %s%s\n", c->name, name,
	       takes_value ? " -r" : "");
}

static void print_fish(void)
{
	const struct command *c;
	struct option_row option;
	struct word_row word;

	for (size_t i = 0; (c = command_at(i)); i++) {
		printf("complete -c straggler -n __fish_use_subcommand -f -a %s -d '%s'\n", c->name,
		       c->summary);
		for (size_t j = 0; command_option_at(c, j, &option); j++)
			print_fish_option(c, option.name, option_needs_value(&option));
		for (size_t j = 0; c->word_at && !c->words_are_values && c->word_at(j, &word); j++)
			printf("complete -c straggler -n '__fish_seen_subcommand_from %s' -a %s\n",
			       c->name, word.name);
	}
}

static const struct {
	struct word_row word;
	void (*print)(void);
} shells[] = {
	{ { "bash", "eval \"$(straggler completion bash)\" in ~/.bashrc" }, print_bash },
	{ { "zsh", "eval \"$(straggler completion zsh)\" in ~/.zshrc, after compinit" },
	  print_zsh },
	{ { "fish", "straggler completion fish >~/.config/fish/completions/straggler.fish" },
	  print_fish },
};

static bool word_at(size_t i, struct word_row *row)
{
	if (i < ARRAY_LEN(shells))
		*row = shells[i].word;
	return i < ARRAY_LEN(shells);
}

static bool run(int argc, char **argv, int *code, struct err *err)
{
	(void)code;
	if (argc == 2 && !strcmp(argv[1], "--help")) {
		help_print(&cmd_completion);
		return true;
	}
	if (argc != 2)
		return err_set(err, ERR_USAGE, "completion takes one shell: bash, zsh or fish");
	for (size_t i = 0; i < ARRAY_LEN(shells); i++) {
		if (!strcmp(argv[1], shells[i].word.name)) {
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
	.about = "Prints what makes a shell complete commands, options and words.",
	.words = "shells",
	.word_at = word_at,
	.run = run,
};
