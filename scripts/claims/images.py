"""Finds MNIST or CIFAR-10 in a folder that the user names."""


class NoImages(Exception):
    """What a folder lacks, and what was expected there."""


def present(file):
    """A file, or the same with .gz, that is there."""
    return next((path for path in (file, file.with_name(file.name + ".gz")) if path.is_file()), None)


def mnist(folder):
    """The file of MNIST's images to learn from: the 60,000 if they are there, else the 10,000."""
    for name in ["train-images-idx3-ubyte", "t10k-images-idx3-ubyte"]:
        for written in [name, name.replace("-idx3", ".idx3")]:
            images = present(folder / written)
            if images is None:
                continue
            labels = folder / written.replace("images", "labels").replace("idx3", "idx1")
            if present(labels) is None:
                raise NoImages(f"{images.name} has no labels: expected {labels.name} or {labels.name}.gz "
                               "beside it")
            return images
    return None


def cifar10(folder):
    """The folder with the batches of CIFAR-10's binary version."""
    for place in [folder, folder / "cifar-10-batches-bin"]:
        found = [present(place / f"data_batch_{number}.bin") for number in range(1, 6)]
        if not any(found):
            continue
        lacking = [f"data_batch_{number}.bin" for number, file in enumerate(found, 1) if file is None]
        if lacking:
            raise NoImages(f"{place} lacks {', '.join(lacking)}: CIFAR-10 has five batches")
        return place
    return None


def find(folder):
    """The images of a folder by kind."""
    if not folder.is_dir():
        raise NoImages(f"no folder at {folder}")
    kinds = {"mnist": mnist(folder), "cifar10": cifar10(folder)}
    found = {kind: path for kind, path in kinds.items() if path is not None}
    if not found:
        hint = ""
        if any(folder.glob("*batches-py*")) or any(folder.glob("data_batch_[1-5]")):
            hint = " (these are Python's pickles; the binary version is wanted)"
        raise NoImages(
            f"{folder} has neither MNIST (train-images-idx3-ubyte and train-labels-idx1-ubyte, gzipped or "
            f"not) nor CIFAR-10 (data_batch_1.bin to data_batch_5.bin){hint}")
    return found
