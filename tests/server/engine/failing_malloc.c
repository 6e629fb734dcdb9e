/* malloc(3) and its kin, some of whose calls fail: loaded before libc into the server that
 * fail_allocations.py runs. Calls are counted in all threads that have not asked to be spared, and
 * where ranges of code are given only those that come from there. */

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);

#define MOST_RANGES 16

static uintptr_t starts[MOST_RANGES], ends[MOST_RANGES];
static atomic_int ranges;
static atomic_long seen, first, last;
static _Thread_local int spared;

void spare_this_thread(void) { spared = 1; }

void count_range(uintptr_t start, uintptr_t end)
{
    starts[ranges] = start;
    ends[ranges] = end;
    ranges++;
}

void count_everywhere(void) { ranges = 0; }

/* Fail the calls from number `from` on, `count` of them; the first has the number 1. */
void fail_from(long from, long count)
{
    last = 0;
    first = from;
    seen = 0;
    last = from + count - 1;
}

/* Fail no more; how many calls were counted. */
long fail_none(void)
{
    last = 0;
    return seen;
}

static int is_counted(uintptr_t caller)
{
    for (int i = 0; i < ranges; i++)
        if (starts[i] <= caller && caller < ends[i])
            return 1;
    return ranges == 0;
}

static int fails(void *caller)
{
    if (last == 0 || spared || !is_counted((uintptr_t)caller))
        return 0;
    long number = ++seen;
    if (number < first || number > last)
        return 0;
    errno = ENOMEM;
    return 1;
}

void *malloc(size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_realloc(old, size);
}
