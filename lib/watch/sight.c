#include "watch/sight.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"

void sight_enter(struct sight *s, enum stage stage)
{
	s->stage = stage;
	s->stage_ns = clock_now_ns();
}

void sight_why(struct look *l, const char *text)
{
	if (!l->why[0])
		l->why = arena_strndup(&l->arena, text, strlen(text));
}

void sight_why_err(struct look *l, const char *what, const struct err *err)
{
	char line[1024], text[1200];

	snprintf(text, sizeof(text), "%s: %s", what, err_format(err, line, sizeof(line)));
	sight_why(l, text);
}

void sight_let_go(struct sight *s)
{
	if (s->holding)
		trap_continue(&s->trap, s->held.id);
	s->holding = false;
}

void sight_release(struct sight *s)
{
	timer_set(s->tick, 0);
	sight_let_go(s);
	sight_enter(s, STAGE_ENDING);
}

void sight_put_down(struct sight *s)
{
	timer_set(s->tick, 0);
	kill(s->trap.pid ? s->trap.pid : s->child.pid, SIGKILL);
	sight_enter(s, STAGE_ENDING);
}
