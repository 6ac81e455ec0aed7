#ifndef WINDROW_PROCESS_H
#define WINDROW_PROCESS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// What a child process is started with. Descriptors are duplicated to 0, 1, 2 (and 3 when
/// `channel` is not negative); every other descriptor is closed in the child.
typedef struct {
    const char *path;            ///< searched in PATH when it has no slash
    char *const *arguments;      ///< ends with NULL
    char *const *environment;    ///< ends with NULL
    const char *directory;       ///< working directory, or NULL for the parent's
    int input;
    int output;
    int error;
    int channel;
    int death_signal;            ///< sent to the child when the parent thread dies; 0: none
    pid_t *group;                ///< the child writes its pid here before it executes, or NULL
    uint64_t memory;             ///< bytes that the child may map, 0: as many as the parent
} windrow_child;

/// Starts a child in a process group of its own. Returns its pid, or -errno.
/// Uses vfork, so the cost does not grow with the parent's memory.
pid_t windrow_spawn(const windrow_child *child);

/// A close-on-exec pipe whose reading end does not block. Returns 0 or -1.
int windrow_pipe(int ends[2]);

/// A non-blocking, close-on-exec eventfd, or -1.
int windrow_eventfd(void);

/// A close-on-exec anonymous memory file of `size` bytes, or -1.
int windrow_memfd(const char *name, size_t size);

/// Asks the kernel for `signal` when the parent dies; -1 when it is dead already.
int windrow_die_with_parent(int signal, pid_t parent);

/// Decodes a wait status: returns the exit code, or -1 and stores the signal.
int windrow_exit_code(int status, int *signal);

/// How many processors this process may use; at least 1.
int windrow_processors(void);

/// Page shared by a worker and one slot: which trial runs, since when, where to stop, how far it is.
typedef struct {
    uint64_t current;     ///< index of the running trial, or UINT64_MAX
    uint64_t started_ns;  ///< CLOCK_MONOTONIC at its start
    uint64_t limit;       ///< the slot starts no trial at or past this index
    uint64_t changes;     ///< how often the words below were written; odd while they are
    uint64_t told_by;     ///< started_ns of the trial that wrote them
    uint64_t round;
    uint64_t rounds;      ///< 0: not known
    uint64_t value;       ///< bits of the latest value of the sweep's metric; a NaN: none
} windrow_slot_page;

static inline uint64_t windrow_load(const uint64_t *word) {
    return __atomic_load_n(word, __ATOMIC_SEQ_CST);
}
static inline void windrow_store(uint64_t *word, uint64_t value) {
    __atomic_store_n(word, value, __ATOMIC_SEQ_CST);
}

#endif
