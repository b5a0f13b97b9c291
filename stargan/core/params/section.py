"""What all sections of params.yaml share: strict types, and the values that several hold."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from stargan.core.files import checked_name, checked_title

Positive = Annotated[int, Field(gt=0)]
Count = Annotated[int, Field(ge=0)]
Rate = Annotated[float, Field(gt=0)]
Weight = Annotated[float, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
OpenShare = Annotated[float, Field(gt=0, lt=1)]
Name = Annotated[str, AfterValidator(checked_name)]
Title = Annotated[str, AfterValidator(checked_title)]


class Section(BaseModel):
    """A section of params.yaml: strict types, no unknown key, never changed after reading."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", use_attribute_docstrings=True, allow_inf_nan=False)
