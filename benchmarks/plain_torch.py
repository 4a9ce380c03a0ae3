"""The same InfoGAN in PyTorch, in the three forms that its users try for speed.

No unused gradient is computed, as in the package: fakes for D come without a graph, and G's step asks for
G's gradients alone.
"""

import math

import torch
from torch import nn
from torch.nn import functional

NOISE_SIZE, CATEGORIES, CONTINUOUS = 62, 10, 2
CONTINUOUS_WEIGHT, MIN_STD = 0.1, 0.05
H_CATEGORY, H_UNIFORM = math.log(CATEGORIES), math.log(2.0)
VARIANTS = ("eager", "channels-last, fused Adam", "compiled")


def scaled(width: float, *sizes: int) -> list[int]:
    """So many times the channels and units of the paper's table."""
    return [round(width * size) for size in sizes]


def generator(width: float) -> nn.Module:
    dense, grid, channels = scaled(width, 1024, 128, 64)
    return nn.Sequential(
        nn.Linear(NOISE_SIZE + CATEGORIES + CONTINUOUS, dense, bias=False),
        nn.BatchNorm1d(dense),
        nn.ReLU(),
        nn.Linear(dense, grid * 7 * 7, bias=False),
        nn.BatchNorm1d(grid * 7 * 7),
        nn.ReLU(),
        nn.Unflatten(1, (grid, 7, 7)),
        nn.ConvTranspose2d(grid, channels, 4, 2, padding=1, bias=False),
        nn.BatchNorm2d(channels),
        nn.ReLU(),
        nn.ConvTranspose2d(channels, 1, 4, 2, padding=1),
        nn.Sigmoid(),
    )


class Discriminator(nn.Module):
    """Images `[batch, 1, 28, 28]` to (log-odds that they are real, Q's outputs)."""

    def __init__(self, width: float):
        super().__init__()
        first, second, dense, hidden = scaled(width, 64, 128, 1024, 128)
        self.body = nn.Sequential(
            nn.Conv2d(1, first, 4, 2, padding=1),
            nn.LeakyReLU(0.1),
            nn.Conv2d(first, second, 4, 2, padding=1, bias=False),
            nn.BatchNorm2d(second),
            nn.LeakyReLU(0.1),
            nn.Flatten(),
            nn.Linear(second * 7 * 7, dense, bias=False),
            nn.BatchNorm1d(dense),
            nn.LeakyReLU(0.1),
        )
        self.real_head = nn.Linear(dense, 1)
        self.code_head = nn.Sequential(
            nn.Linear(dense, hidden, bias=False),
            nn.BatchNorm1d(hidden),
            nn.LeakyReLU(0.1),
            nn.Linear(hidden, CATEGORIES + 2 * CONTINUOUS),
        )

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        features = self.body(images)
        return self.real_head(features), self.code_head(features)


class TorchInfoGAN:
    """Both networks and the two-step update: D and Q, then G on fresh noise and codes.

    Args:
        variant: one of `VARIANTS`.
        width: factor on the channels and units of the paper's table.
    """

    def __init__(self, variant: str = "eager", width: float = 1.0):
        tuned = variant != "eager"
        memory_format = torch.channels_last if tuned else torch.contiguous_format
        self.memory_format = memory_format
        self.generator = generator(width).to(memory_format=memory_format)
        self.discriminator = Discriminator(width).to(memory_format=memory_format)
        adam = {"betas": (0.5, 0.999), "eps": 1e-8, "fused": tuned}
        self.d_optimizer = torch.optim.Adam(self.discriminator.parameters(), 2e-4, **adam)
        self.g_optimizer = torch.optim.Adam(self.generator.parameters(), 1e-3, **adam)
        compiled = torch.compile if variant == "compiled" else lambda network: network
        self.generate, self.discriminate = compiled(self.generator), compiled(self.discriminator)

    def sample_latents(self, batch_size: int) -> torch.Tensor:
        noise = torch.rand(batch_size, NOISE_SIZE) * 2 - 1
        category = functional.one_hot(torch.randint(CATEGORIES, [batch_size]), CATEGORIES)
        continuous = torch.rand(batch_size, CONTINUOUS) * 2 - 1
        return torch.cat([noise, category, continuous], dim=1)

    def mutual_information(self, latents: torch.Tensor, posterior: torch.Tensor) -> torch.Tensor:
        _, category, continuous = latents.split([NOISE_SIZE, CATEGORIES, CONTINUOUS], dim=1)
        information = H_CATEGORY - functional.cross_entropy(posterior[:, :CATEGORIES], category)
        for i in range(CONTINUOUS):
            mean = posterior[:, CATEGORIES + 2 * i]
            std = MIN_STD + posterior[:, CATEGORIES + 2 * i + 1].exp()
            log_prob = -0.5 * ((continuous[:, i] - mean) / std) ** 2 - std.log() - 0.5 * math.log(2 * math.pi)
            information = information + CONTINUOUS_WEIGHT * (H_UNIFORM + log_prob.mean())
        return information

    def update_discriminator(self, real_images: torch.Tensor, latents: torch.Tensor) -> torch.Tensor:
        with torch.no_grad():
            fake_images = self.generate(latents)
        real_logits, _ = self.discriminate(real_images)
        fake_logits, posterior = self.discriminate(fake_images)
        adversarial = functional.softplus(-real_logits).mean() + functional.softplus(fake_logits).mean()
        loss = adversarial - self.mutual_information(latents, posterior)
        self.d_optimizer.zero_grad()
        loss.backward()
        self.d_optimizer.step()
        return loss.detach()

    def update_generator(self, latents: torch.Tensor) -> torch.Tensor:
        fake_logits, posterior = self.discriminate(self.generate(latents))
        loss = functional.softplus(-fake_logits).mean() - self.mutual_information(latents, posterior)
        self.g_optimizer.zero_grad()
        loss.backward(inputs=list(self.generator.parameters()))
        self.g_optimizer.step()
        return loss.detach()

    def train_step(self, real_images: torch.Tensor) -> dict[str, torch.Tensor]:
        batch_size = len(real_images)
        return {
            "d": self.update_discriminator(real_images, self.sample_latents(batch_size)),
            "g": self.update_generator(self.sample_latents(batch_size)),
        }
