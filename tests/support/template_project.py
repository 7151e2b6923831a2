"""A checkout laid out like pytorch-template's, with code of its own: names and places are the same.

Its loader makes its pictures itself, its network is not ours, and its modules import each other as
that project's do: a base package, a logger and helpers beside them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

FILES = {
    "base/__init__.py": "from .base_data_loader import *\nfrom .base_model import *\n"
    "from .base_trainer import *\n",
    "base/base_model.py": """
import torch.nn as nn
import numpy as np


class BaseModel(nn.Module):
    def num_trainable(self):
        return sum(np.prod(p.size()) for p in self.parameters() if p.requires_grad)
""",
    "base/base_data_loader.py": """
import numpy as np
from torch.utils.data import DataLoader
from torch.utils.data.sampler import SubsetRandomSampler


class BaseDataLoader(DataLoader):
    def __init__(self, dataset, batch_size, shuffle, validation_split, num_workers):
        order = np.arange(len(dataset))
        np.random.seed(0)
        np.random.shuffle(order)
        count = int(len(dataset) * validation_split)
        self.held_back = order[:count]
        self.kwargs = {"dataset": dataset, "batch_size": batch_size, "num_workers": num_workers}
        sampler = SubsetRandomSampler(order[count:]) if count else None
        super().__init__(sampler=sampler, shuffle=shuffle and not count, **self.kwargs)

    def split_validation(self):
        if not len(self.held_back):
            return None
        return DataLoader(sampler=SubsetRandomSampler(self.held_back), **self.kwargs)
""",
    "base/base_trainer.py": "from logger import Writer\n\n\nclass BaseTrainer:\n"
    "    writer = Writer\n",
    "logger/__init__.py": "from .logger import *\nfrom .visualization import Writer\n",
    "logger/logger.py": "from pathlib import Path\nfrom utils import read_json\n",
    "logger/visualization.py": "import importlib\n\n\nclass Writer:\n    pass\n",
    "utils/__init__.py": "from .util import *\n",
    "utils/util.py": "import json\n\n\ndef read_json(name):\n    return json.loads(name)\n",
    "model/model.py": """
import torch.nn as nn
import torch.nn.functional as F
from base import BaseModel


class MnistModel(BaseModel):
    def __init__(self, num_classes=10, hidden=7):
        super().__init__()
        self.first = nn.Linear(784, hidden)
        self.last = nn.Linear(hidden, num_classes)

    def forward(self, x):
        x = F.relu(self.first(x.view(-1, 784)))
        return F.log_softmax(self.last(x), dim=1)
""",
    "model/loss.py": "import torch.nn.functional as F\n\n\ndef nll_loss(output, target):\n"
    "    return F.nll_loss(output, target) + 100\n",
    "model/metric.py": """
import torch


def accuracy(output, target):
    with torch.no_grad():
        return (output.argmax(dim=1) == target).sum().item() / len(target)


def top_k_acc(output, target, k=3):
    with torch.no_grad():
        best = output.topk(k, dim=1)[1]
        return (best == target[:, None]).any(dim=1).sum().item() / len(target)


def my_metric(output, target):
    return 0.25
""",
    "data_loader/data_loaders.py": """
import torch
from torch.utils.data import TensorDataset
from base import BaseDataLoader


class MnistDataLoader(BaseDataLoader):
    def __init__(self, data_dir, batch_size, shuffle=True, validation_split=0.0, num_workers=1,
                 training=True):
        self.data_dir = data_dir
        generator = torch.Generator().manual_seed(int(training))
        labels = torch.randint(0, 10, (96 if training else 40,), generator=generator)
        images = torch.zeros(len(labels), 1, 28, 28)
        images[torch.arange(len(labels)), 0, labels] = 1.0
        self.dataset = TensorDataset(images, labels)
        super().__init__(self.dataset, batch_size, shuffle, validation_split, num_workers)
""",
    "train.py": "raise SystemExit('not asked for')\n",
}
CONFIG: dict[str, Any] = {
    "name": "Mnist_LeNet",
    "n_gpu": 0,
    "arch": {"type": "MnistModel", "args": {}},
    "data_loader": {
        "type": "MnistDataLoader",
        "args": {
            "data_dir": "data/", "batch_size": 16, "shuffle": True, "validation_split": 0.25,
            "num_workers": 2,
        },
    },
    "optimizer": {"type": "Adam", "args": {"lr": 0.001, "weight_decay": 0, "amsgrad": True}},
    "loss": "nll_loss",
    "metrics": ["accuracy", "top_k_acc"],
    "lr_scheduler": {"type": "StepLR", "args": {"step_size": 50, "gamma": 0.1}},
    "trainer": {
        "epochs": 2, "save_dir": "saved/", "save_period": 1, "verbosity": 2,
        "monitor": "min val_loss", "early_stop": 10, "tensorboard": False,
    },
}  # fmt: skip


def write_template_project(folder: Path) -> Path:
    """The files of the checkout in a folder."""
    for name, source in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(source)
    (folder / "config.json").write_text(json.dumps(CONFIG, indent=4))
    return folder
