#define _GNU_SOURCE
#include "supervise.h"

#include "descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void take_group_down(int signal) {
    (void)signal;
    kill(0, SIGKILL);
}

/// Starts the program in the supervisor's group; returns its pid, or -errno.
static pid_t start(const windrow_child *child) {
    volatile int failure = 0;
    pid_t supervisor = getpid();
    pid_t pid = vfork();
    if (pid == 0) {
        struct sigaction standard = {0};
        standard.sa_handler = SIG_DFL;
        sigaction(SIGTERM, &standard, NULL);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != supervisor) _exit(127);
        windrow_close_from(3);
        if (child->directory && chdir(child->directory) != 0) {
            failure = errno;
            _exit(127);
        }
        execvpe(child->path, child->arguments, child->environment);
        failure = errno;
        _exit(127);
    }
    if (pid < 0) return -errno;
    if (failure) {
        waitpid(pid, NULL, 0);
        return -failure;
    }
    return pid;
}

static void report_ending(int report, windrow_ending ending) {
    const char *bytes = (const char *)&ending;
    size_t done = 0;
    while (done < sizeof ending) {
        ssize_t put = write(report, bytes + done, sizeof ending - done);
        if (put > 0) done += (size_t)put;
        else if (errno != EINTR) break;
    }
    close(report);
}

/// The life of the supervisor: only async-signal-safe calls, as the caller may have threads.
static void supervise(const windrow_child *child, const int lifted[4], pid_t parent) {
    struct sigaction down = {0};
    windrow_ending ending = {0, 0};
    pid_t pid;

    setpgid(0, 0);
    windrow_restore_signals();
    down.sa_handler = take_group_down;
    sigaction(SIGTERM, &down, NULL);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    // What the program leaves behind comes to the supervisor, not to init.
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    if (getppid() != parent) _exit(127);
    for (int i = 0; i < 4; i++) {
        if (dup2(lifted[i], i) < 0) _exit(127);
    }
    windrow_close_from(4);
    pid = start(child);
    if (pid < 0) ending.error = -pid;
    // The program's descriptors must not be held open here.
    int null = open("/dev/null", O_RDWR);
    for (int i = 0; i < 3; i++) {
        if (null < 0 || dup2(null, i) < 0) close(i);
    }
    if (null > 3) close(null);
    while (pid > 0) {
        int status;
        pid_t ended = waitpid(-1, &status, 0);
        if (ended == pid) {
            ending.status = status;
            break;
        }
        if (ended < 0 && errno != EINTR) {
            ending.error = errno;
            break;
        }
    }
    report_ending(3, ending);
    for (;;) {
        // Reaps stragglers until the group is killed.
        if (waitpid(-1, NULL, 0) < 0 && errno == ECHILD) pause();
    }
}

pid_t windrow_supervise(const windrow_child *child, int report) {
    int wanted[4] = {child->input, child->output, child->error, report};
    int lifted[4];
    pid_t parent = getpid();
    pid_t pid = -1;
    sigset_t all, before;
    int failure = windrow_lift(wanted, lifted, 4);

    if (!failure) {
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before);
        pid = fork();
        if (pid == 0) {
            supervise(child, lifted, parent);
            _exit(127);
        }
        if (pid < 0) failure = errno;
        pthread_sigmask(SIG_SETMASK, &before, NULL);
        // Both sides set the group, so that it exists whoever comes first.
        if (pid > 0) setpgid(pid, pid);
    }
    windrow_drop(lifted, 4);
    return failure ? -failure : pid;
}
