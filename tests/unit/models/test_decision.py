import pytest
import torch

from models.decision import IDLE_RESIDUAL, Decision


def sources() -> tuple[torch.Tensor, torch.Tensor]:
    vis, ir = torch.randint(0, 256, (2, 1, 1, 16, 16), generator=torch.Generator().manual_seed(0)).float()
    return vis, ir


def decided(ir_logit: float, vis_logit: float, residual: float) -> Decision:
    return Decision.of(*(torch.full((1, 1, 16, 16), float(value)) for value in (ir_logit, vis_logit, residual)))


def test_no_clear_opinion_is_the_brighter_source_exactly() -> None:
    vis, ir = sources()

    assert torch.equal(decided(-2, -1, 0.9 * IDLE_RESIDUAL).apply(vis, ir), torch.maximum(vis, ir))


def test_a_clear_opinion_is_the_source_exactly() -> None:
    vis, ir = sources()

    assert torch.equal(decided(8, 0, 0).apply(vis, ir), ir)
    assert torch.equal(decided(0, 8, 0).apply(vis, ir), vis)


def test_shares_are_never_more_than_the_whole() -> None:
    logits = 6 * torch.randn((2, 1, 1, 64, 64), generator=torch.Generator().manual_seed(0))

    decision = Decision.of(*logits, torch.zeros((1, 1, 64, 64)))

    assert decision.ir_weight.min() == decision.vis_weight.min() == 0
    assert float((decision.ir_weight + decision.vis_weight).max()) <= 1 + 1e-6


def test_a_large_residual_is_added_less_what_would_be_idle() -> None:
    vis, ir = sources()

    fused = decided(-20, -20, -10.0).apply(vis, ir)

    assert torch.allclose(fused, torch.maximum(vis, ir) - (10 - IDLE_RESIDUAL), atol=1e-3)


def test_what_is_idle_can_be_learnt_all_the_same() -> None:
    vis, ir = sources()
    logits = torch.full((2, 1, 1, 16, 16), -3.0, requires_grad=True)
    residual = torch.zeros((1, 1, 16, 16), requires_grad=True)

    fused = Decision.of(*logits, residual).apply(vis, ir)
    fused.sum().backward()

    assert torch.equal(fused, torch.maximum(vis, ir))
    assert logits.grad is not None
    assert logits.grad.abs().sum() > 0
    assert residual.grad is not None
    assert residual.grad.abs().sum() > 0


@pytest.mark.filterwarnings("ignore:.*torch.jit.trace:DeprecationWarning")
@pytest.mark.parametrize("spread", [1, 6, 200])
def test_what_is_compiled_decides_like_what_is_trained(spread: float) -> None:
    logits = spread * torch.randn((2, 1, 4, 32, 32), generator=torch.Generator().manual_seed(0))
    vis, ir = (255 * torch.rand((1, 4, 32, 32), generator=torch.Generator().manual_seed(seed)) for seed in (1, 2))

    def fuse(*logits: torch.Tensor) -> torch.Tensor:
        return Decision.of(*logits, torch.zeros_like(logits[0])).apply(vis, ir)

    compiled = torch.jit.trace(fuse, tuple(logits), check_trace=False)  # type: ignore[no-untyped-call]

    torch.testing.assert_close(compiled(*logits), fuse(*logits), atol=1e-4, rtol=0)
    assert compiled.graph.findNode("aten::softmax") is None
