"""Import of the authors' checkpoint for a user who has it; it carries no licence and is never shipped."""

from dataclasses import asdict
from pathlib import Path

from fusion_app.errors import WeightsError
from models.import_authors import read_authors_checkpoint
from models.weights import WeightsCard, WeightsFormatError, card_path, save_weights


def import_authors_weights(source: Path, output: Path, *, overwrite: bool = False) -> str:
    """Read ``source`` without executing it and write ``output`` with its card.

    Args:
        source: The authors' ``Backbone Network.pth``.
        output: A ``.safetensors`` file to create.
        overwrite: Replace ``output`` if it exists.

    Returns:
        What was imported, for the user.

    Raises:
        WeightsError: The source is anything else, or the output exists or cannot be written.
    """
    if output.suffix != ".safetensors":
        raise WeightsError(f"{output} is no weights file; give a name that ends in .safetensors")
    if not overwrite and (output.exists() or card_path(output).exists()):
        raise WeightsError(f"{output} exists already; choose another name, or add --overwrite")
    try:
        model = read_authors_checkpoint(source)
        card = WeightsCard(
            model="cs2fusion",
            config=asdict(model.config),
            data="the authors' own training",
            command=" ".join(["import-weights", str(source.name)]),
            notes="Imported from the authors' checkpoint, which carries no licence: do not pass it on.",
        )
        save_weights(output, model, card)
    except WeightsFormatError as error:
        raise WeightsError(str(error)) from error
    except OSError as error:
        raise WeightsError(f"{output} cannot be written ({error.strerror}); check the folder") from error
    parameters = sum(value.numel() for value in model.parameters())
    return f"CS2Fusion backbone, {parameters:,} parameters, LeakyReLU slope {model.config.negative_slope:g}"
