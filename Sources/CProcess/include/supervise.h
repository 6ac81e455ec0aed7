#ifndef WINDROW_SUPERVISE_H
#define WINDROW_SUPERVISE_H

#include "process.h"

/// What a supervisor reports of its program, in one write of this size.
typedef struct {
    int error;   ///< errno when the program could not be started, otherwise 0
    int status;  ///< wait status of the program when it has ended
} windrow_ending;

/// Starts a program under a supervisor: a process that leads a group of its own, with the program
/// in it, and takes the whole group down when the caller's thread dies in any way.
///
/// When the program ends, or cannot be started, a `windrow_ending` is written to `report`. The
/// group lives on until the caller kills it (`kill(-pid, SIGKILL)`) and reaps the supervisor.
/// `channel` and `death_signal` of `child` are not used. Returns the supervisor's pid, or -errno.
pid_t windrow_supervise(const windrow_child *child, int report);

#endif
