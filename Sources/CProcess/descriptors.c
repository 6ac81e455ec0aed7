#define _GNU_SOURCE
#include "descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

int windrow_lift(const int *wanted, int *lifted, int count) {
    for (int i = 0; i < count; i++) lifted[i] = -1;
    for (int i = 0; i < count; i++) {
        lifted[i] = fcntl(wanted[i], F_DUPFD_CLOEXEC, 10);
        if (lifted[i] < 0) return errno;
    }
    return 0;
}

void windrow_drop(const int *lifted, int count) {
    for (int i = 0; i < count; i++) {
        if (lifted[i] >= 0) close(lifted[i]);
    }
}

void windrow_close_from(int first) {
#ifdef SYS_close_range
    if (syscall(SYS_close_range, (unsigned)first, ~0U, 0) == 0) return;
#endif
    for (int fd = first; fd < 65536; fd++) close(fd);
}

void windrow_restore_signals(void) {
    struct sigaction standard = {0};
    sigset_t none;
    standard.sa_handler = SIG_DFL;
    for (int s = 1; s < NSIG; s++) sigaction(s, &standard, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}
