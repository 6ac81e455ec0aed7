#ifndef WINDROW_DESCRIPTORS_H
#define WINDROW_DESCRIPTORS_H

/// Duplicates descriptors to numbers above those that a child's are moved to, so that no dup2
/// overwrites one that a later dup2 still needs. Returns 0 or errno.
int windrow_lift(const int *wanted, int *lifted, int count);

/// Closes lifted descriptors.
void windrow_drop(const int *lifted, int count);

/// Closes every descriptor from `first` on: a child holds nothing that it was not given.
void windrow_close_from(int first);

/// Gives every signal its default action and blocks none: what a new program expects.
void windrow_restore_signals(void);

#endif
