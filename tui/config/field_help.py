"""What the fields of a config mean: a line of plain words each, their units and ranges."""

from __future__ import annotations

from core.settings import ranges

FIELDS = {
    "name": "the run's name: its folder below save_dir",
    "device": "auto, cpu, cuda:1, mps; without it n_gpu decides",
    "n_gpu": "GPUs to use as in pytorch-template; 0 means the CPU",
    "seed": "the start of everything random: the same seed, the same run",
    "threads": "CPU threads for torch; without it, all that this process may use",
    "data_loader.type": "the data set",
    "data_loader.args.data_dir": (
        "where the IDX files are; MNIST came along, Fashion-MNIST is downloaded if need be"
    ),
    "data_loader.args.batch_size": "images in one step: more is steadier and faster",
    "data_loader.args.shuffle": "a new order each epoch; always so with a validation split",
    "data_loader.args.validation_split": (
        "training images kept aside to judge on: a share, as 0.1, or a number, as 6000"
    ),
    "data_loader.augment.shift": "pixels each image may move while learning, each way",
    "data_loader.augment.rotate": "degrees each image may turn while learning, each way",
    "data_loader.augment.scale": "share of the size it may grow or shrink while learning",
    "data_loader.args.num_workers": "read, and none are started: the images are in memory",
    "arch": "the network",
    "optimizer": "the rule that updates the weights",
    "lr_scheduler": "how the learning rate changes over the epochs; del: not at all",
    "lr_scheduler.metric": "what it looks at; without it what is monitored, else the loss",
    "lr_scheduler.interval": "when it steps: after each epoch, or after each batch",
    "loss": "what training makes small; both losses give the same number here",
    "metrics": "what else is counted: accuracy, top_k_acc (the right digit is among the best 3)",
    "trainer.epochs": "how often the network sees every training image, at most",
    "trainer.monitor": "what the best checkpoint is chosen by, min or max; off: none is chosen",
    "trainer.early_stop": (
        "ends the run when more epochs than this in a row brought nothing better; 0: never"
    ),
    "trainer.save_dir": "the folder of all runs",
    "trainer.save_period": "a numbered checkpoint every so many epochs; best and last always",
    "trainer.keep_checkpoints": "how many numbered checkpoints stay; without it, all",
    "trainer.len_epoch": "steps in an epoch; without it, once through the images",
    "trainer.verbosity": "0: no line per epoch, 1: one, 2: steps in train.log too",
    "trainer.tensorboard": "scalars for TensorBoard too, where that is installed",
    "trainer.tensorboard_images": "a batch of images there too, each epoch",
    "trainer.tensorboard_histograms": "how the weights are spread there too, each epoch",
}
"""By dotted path; of a block, what its class is for."""

ARGUMENTS = {
    "lr": "the size of each update. Too large and the loss jumps; too small and it crawls",
    "momentum": "how much of the last update is kept: 0 none, 0.9 usual",
    "dampening": "how much of the gradient the momentum leaves out",
    "weight_decay": "pulls all weights towards 0 a little; against overfitting",
    "decoupled_weight_decay": "weight_decay acts on the weights alone, as in AdamW",
    "nesterov": "looks ahead along the momentum; needs momentum above 0",
    "amsgrad": "keeps the largest step scale seen: steadier, sometimes slower",
    "betas": "how long it remembers the gradient and its size: [0.9, 0.999]",
    "eps": "keeps a division from failing; rarely worth a change",
    "rho": "how long it remembers the size of past gradients: nearer 1 is longer",
    "lr_decay": "how fast the learning rate shrinks from step to step; 0: not at all",
    "initial_accumulator_value": "what the sum of squared gradients starts from",
    "lambd": "how fast the steps shrink and the weights are pulled to 0",
    "t0": "the step after which it keeps an average of the weights, which is not used here",
    "momentum_decay": "how fast the momentum reaches its full strength",
    "centered": "measures the gradient's size around its mean: steadier, more memory",
    "etas": "what a weight's step is multiplied by when its gradient turns, and when not",
    "step_sizes": "the smallest and the largest step a weight may take",
    "beta2_decay": "how its memory of the gradient's size grows with the steps; -0.8 usual",
    "d": "cuts updates that are larger than this",
    "maximize": "makes the loss larger instead of smaller; not what you want",
    "foreach": "how the update is computed; null lets torch choose",
    "fused": "how the update is computed; null lets torch choose",
    "capturable": "for CUDA graphs; leave it off",
    "differentiable": "for gradients of gradients; leave it off",
    "num_classes": "kinds of things to tell apart: 10 digits",
    "width": "channels of the first convolution; the later ones grow with it",
    "hidden": "width of the hidden linear layer",
    "dropout": "share of the features left out at random while learning; against overfitting",
    "step_size": "epochs (or batches) between two drops",
    "gamma": "what the learning rate is multiplied by at a drop",
    "milestones": "the epochs (or batches) of the drops: [30, 80]",
    "total_iters": "epochs (or batches) until the learning rate is at its last value",
    "start_factor": "what the learning rate is multiplied by at the start",
    "end_factor": "what the learning rate is multiplied by at the end",
    "power": "how the learning rate falls: 1 in a straight line, 2 faster at first",
    "T_max": "epochs (or batches) until the lowest learning rate",
    "eta_min": "the lowest learning rate",
    "T_0": "epochs (or batches) until the first restart",
    "T_mult": "how many times longer each round is than the one before",
    "patience": "epochs without an improvement before it drops",
    "factor": "what the learning rate is multiplied by",
    "cooldown": "epochs after a drop before it looks again",
    "threshold": "how much better counts as an improvement",
    "threshold_mode": "rel: threshold is a share of the best value; abs: a difference",
    "min_lr": "where it stops dropping",
    "base_lr": "the lowest learning rate of the cycle",
    "max_lr": "the highest learning rate of the cycle",
    "step_size_up": "steps on the way up",
    "step_size_down": "steps on the way down; null: as many as up",
    "scale_fn": "a function, which a config cannot give: leave it null",
    "scale_mode": "what scale_fn counts; it has no effect here",
    "cycle_momentum": "lowers the momentum while the learning rate is high",
    "base_momentum": "the momentum where the learning rate is highest",
    "max_momentum": "the momentum where the learning rate is lowest",
    "total_steps": "the length of the cycle; without it, the whole run",
    "epochs": "epochs of the cycle, beside steps_per_epoch; without both, the whole run",
    "steps_per_epoch": "steps in each of its epochs; without it, the whole run",
    "pct_start": "share of the cycle in which the learning rate rises",
    "anneal_strategy": "the shape of the way down: cos a curve, linear a straight line",
    "div_factor": "how many times lower than max_lr it starts",
    "final_div_factor": "how many times lower than its start it ends",
    "three_phase": "down to the start first, then to the very end: three parts, not two",
    "last_epoch": "for resuming by hand; leave it",
    "k": "how many of the likeliest classes may hold the true one",
    "label_smoothing": "share of the truth spread over all classes; against overconfidence",
}
"""By the name of the argument."""

OF_CLASS = {
    ("Adadelta", "lr"): "scales each update, whose size Adadelta finds itself: 1 is usual",
    ("Rprop", "lr"): "the size of each weight's first step; later ones follow the gradient's sign",
    ("RMSprop", "alpha"): "how long it remembers the size of past gradients: nearer 1 is longer",
    ("ASGD", "alpha"): "how fast the steps shrink: higher is faster",
    ("Adafactor", "eps"): "two small numbers: under the gradient's size, and under the weights'",
    ("ExponentialLR", "gamma"): "what the learning rate is multiplied by each time: 0.95",
    ("CyclicLR", "gamma"): "what each step narrows the cycle by, in the mode exp_range",
    ("CyclicLR", "mode"): "triangular: all cycles alike; the others: each one lower",
    ("ConstantLR", "factor"): "what the learning rate is multiplied by until total_iters",
    ("ReduceLROnPlateau", "factor"): "what the learning rate is multiplied by at a drop: 0.1",
    ("ReduceLROnPlateau", "mode"): "min: less is better, as of a loss; max: more is better",
    ("ReduceLROnPlateau", "eps"): "drops smaller than this are not made",
}
"""Where an argument means something else in one class."""

SECTIONS = {
    "run": "its name, what it is trained on, and where chance begins",
    "data": "the images, how they are cut into batches, and how they are varied",
    "model": "the network and its widths",
    "optimizer": "the rule that updates the weights after each batch",
    "schedule": "how the learning rate changes while the run goes on",
    "loss and metrics": "what training makes small, and what else is counted",
    "training": "how long it goes on, what the best is, what is kept",
    "other keys": "what the file says and this program does not read; it is kept",
}
"""By the title of a section."""

CLASSES = {
    "MnistDataLoader": "handwritten digits, 28 by 28 pixels",
    "FashionMnistDataLoader": "pieces of clothing, 28 by 28 pixels",
    "MnistModel": "two convolutions, two linear layers: pytorch-template's",
    "NormalizedCnn": "wider, with batch normalisation: learns far more in an epoch",
    "CompactCnn": "four convolutions: good with under 10,000 parameters",
    "SGD": "plain steps against the gradient; a classic with momentum",
    "Adam": "a step size of its own for each weight; a good first choice",
    "AdamW": "Adam with a cleaner weight decay; a good first choice",
    "NAdam": "Adam that looks ahead",
    "RAdam": "Adam with a careful start",
    "Adamax": "Adam that measures gradients by their largest",
    "Adagrad": "steps shrink the more a weight has moved",
    "Adadelta": "Adagrad that forgets, and finds its own step size",
    "RMSprop": "steps scaled by the size of recent gradients",
    "Rprop": "looks at the gradient's sign alone",
    "ASGD": "plain steps that slowly shrink",
    "Adafactor": "like Adam with little memory, for huge networks",
    "StepLR": "drops every step_size epochs",
    "MultiStepLR": "drops at the milestones",
    "ExponentialLR": "a little lower after every epoch",
    "ConstantLR": "lower at first, then as it is",
    "LinearLR": "in a straight line from start_factor to end_factor",
    "PolynomialLR": "down to 0 along a power",
    "CosineAnnealingLR": "down along half a wave; popular",
    "CosineAnnealingWarmRestarts": "down along half a wave, again and again",
    "CyclicLR": "up and down between two values",
    "OneCycleLR": "up, then far down, once in the run: fast training",
    "ReduceLROnPlateau": "drops when nothing gets better any more",
    "nll_loss": "how unlikely the right class was held to be",
    "cross_entropy": "the same number: these networks give log-probabilities",
}
"""What the classes that a config can name are, in half a line."""

UNITS = {
    "data_loader.args.batch_size": "images",
    "data_loader.augment.shift": f"{ranges.PIXELS.short} pixels",
    "data_loader.augment.rotate": f"{ranges.DEGREES.short} deg",
    "data_loader.augment.scale": ranges.PART.short,
    "trainer.epochs": "epochs",
    "trainer.early_stop": "epochs",
    "trainer.save_period": "epochs",
    "trainer.keep_checkpoints": "files",
    "trainer.len_epoch": "steps",
}
"""By dotted path."""

ARGUMENT_UNITS = {
    "num_classes": "classes",
    "width": "channels",
    "hidden": "features",
    "patience": "epochs",
    "cooldown": "epochs",
}
"""By the name of the argument; others say from where to where they go."""


def of_argument(name: str, kind: str) -> str:
    """What an argument of the class `kind` means."""
    text = OF_CLASS.get((kind, name)) or ARGUMENTS.get(name)
    return text or f"an argument of {kind}"


def unit_of(name: str, kind: str) -> str:
    """What an argument of the class `kind` is counted in, or from where to where it goes."""
    known = ranges.of(kind, name)
    return ARGUMENT_UNITS.get(name) or (known.short if known is not None else "")
