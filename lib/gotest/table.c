#include "gotest/table.h"

#include "base/hash.h"

struct entry {
	struct entry *next;
	void *value;
	size_t n;
	char name[];
};

/* Equal hashes are chained, so a bad guess only costs time. */
static uint64_t hash(struct str name)
{
	return hash_str(HASH_START, name);
}

static bool entry_is(const struct entry *e, struct str name)
{
	return str_eq((struct str){ e->name, e->n }, name);
}

void *table_get(const struct table *t, struct str name)
{
	for (struct entry *e = map_get(&t->heads, hash(name)); e; e = e->next) {
		if (entry_is(e, name))
			return e->value;
	}
	return NULL;
}

void table_put(struct table *t, struct str name, void *value)
{
	uint64_t key = hash(name);
	struct entry *head = map_get(&t->heads, key);
	struct entry *e = head;

	while (e && !entry_is(e, name))
		e = e->next;
	if (!e) {
		e = malloc(sizeof(*e) + name.n);
		if (!e)
			abort();
		e->next = head;
		e->n = name.n;
		if (name.n)
			memcpy(e->name, name.p, name.n);
		map_put(&t->heads, key, e);
	}
	e->value = value;
}

void table_del(struct table *t, struct str name)
{
	uint64_t key = hash(name);
	struct entry *head = map_get(&t->heads, key);
	struct entry *found;

	for (struct entry **at = &head; *at; at = &(*at)->next) {
		if (!entry_is(*at, name))
			continue;
		found = *at;
		*at = found->next;
		free(found);
		break;
	}
	if (head)
		map_put(&t->heads, key, head);
	else
		map_del(&t->heads, key);
}

void table_release(struct table *t, void (*drop)(void *value))
{
	const struct map_slot *slot;
	size_t at = 0;

	while ((slot = map_next(&t->heads, &at))) {
		struct entry *e = map_get(&t->heads, slot->key);

		while (e) {
			struct entry *next = e->next;

			if (drop)
				drop(e->value);
			free(e);
			e = next;
		}
	}
	map_release(&t->heads);
}
