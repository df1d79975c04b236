from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterword.engine.sampling import LONG, PRESETS, RANGES, Sampling, preset_of, with_preset
from afterword.errors import OutOfRange, SettingsUnreadable
from afterword.settings import DECLARED, Settings


def loaded(file: Path) -> Settings:
    settings = Settings(file)
    assert settings.load() == []
    return settings


def test_what_is_set_is_there_the_next_time(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "new folder" / "settings.toml")
    settings["sampling.temperature"] = 0.75
    settings["files.recent"] = ["/a — b.md", "/c.md"]
    settings["suggestions.enabled"] = False
    settings.save()
    again = loaded(tmp_path / "new folder" / "settings.toml")
    assert again["sampling.temperature"] == 0.75
    assert again["files.recent"] == ["/a — b.md", "/c.md"]
    assert again["suggestions.enabled"] is False


def test_without_a_file_the_defaults_are_in_force(tmp_path: Path) -> None:
    settings = loaded(tmp_path / "settings.toml")
    assert {s.key: settings[s.key] for s in DECLARED} == {s.key: s.default for s in DECLARED}
    assert settings.sampling() == Sampling()


def test_comments_and_keys_of_others_survive_a_save(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('# mine\n[page]\nfont_size = 18  # large\n\n[other]\nkey = "value"\n', "utf-8")
    settings = loaded(file)
    settings["page.font_size"] = 20
    settings.save()
    text = file.read_text("utf-8")
    assert "# mine" in text
    assert "# large" in text
    assert 'key = "value"' in text
    assert loaded(file)["page.font_size"] == 20


@pytest.mark.parametrize(
    "line",
    [
        "[sampling]\ntemperature = 9",
        "[sampling]\ntemperature = nan",
        '[sampling]\ntemperature = "warm"',
        "[sampling]\nmax_words = 1.5",
        "[sampling]\nmax_words = true",
        "[sampling]\neagerness = 101",
        "[sampling]\nno_repeat_ngram = 2.5",
        '[suggestions]\npace = "hasty"',
        "[files]\nrecent = [1]",
        "[suggestions]\nenabled = 1",
    ],
)
def test_a_value_that_does_not_fit_is_told_and_left_at_its_default(tmp_path: Path, line: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(line, "utf-8")
    settings = Settings(file)
    assert len(settings.load()) == 1
    assert settings.sampling() == Sampling()


@pytest.mark.parametrize("content", [b"[model\n", b"\xff\xfe\x00", b"a = \n"])
def test_a_damaged_file_is_told_and_kept(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "settings.toml"
    file.write_bytes(content)
    settings = Settings(file)
    with pytest.raises(SettingsUnreadable):
        settings.load()
    assert settings["model.name"] == "starter"
    assert file.read_bytes() == content


def test_a_damaged_file_is_kept_beside_the_one_that_is_written(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("# mine\n[page]\nfont_size = 18\n[window\n", "utf-8")
    settings = Settings(file)
    with pytest.raises(SettingsUnreadable):
        settings.load()
    settings["page.font_size"] = 20
    settings.save()
    settings.save()
    assert "# mine" in (tmp_path / "settings.toml.broken").read_text("utf-8")
    assert loaded(file)["page.font_size"] == 20


def test_what_was_kept_of_a_damaged_file_is_never_written_over(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    for number in range(3):
        file.write_text(f"[damaged {number}\n", "utf-8")
        settings = Settings(file)
        with pytest.raises(SettingsUnreadable):
            settings.load()
        settings.save()
    kept = [(tmp_path / f"settings.toml.broken{end}").read_text("utf-8") for end in ("", "-2", "-3")]
    assert kept == [f"[damaged {number}\n" for number in range(3)]


def test_a_key_that_is_not_declared_is_an_error(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "settings.toml")
    with pytest.raises(KeyError):
        settings["page.colour"]
    with pytest.raises(KeyError):
        settings["page.colour"] = "red"


def test_a_failed_save_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(tmp_path / "settings.toml")
    settings.save()
    settings["page.font_size"] = 20

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OSError, match="No space left"):
        settings.save()
    assert [file.name for file in tmp_path.iterdir()] == ["settings.toml"]
    assert loaded(tmp_path / "settings.toml")["page.font_size"] == 14


@given(st.sampled_from(sorted(RANGES)), st.one_of(st.integers(), st.floats()))
def test_sampling_takes_what_lies_in_its_range_and_refuses_the_rest(key: str, value: float) -> None:
    allowed = RANGES[key]
    fits = allowed.low <= value <= allowed.high and (not allowed.whole or value == int(value))
    if fits:
        Sampling(**{key: value})  # type: ignore[arg-type]
    else:
        with pytest.raises(OutOfRange):
            Sampling(**{key: value})  # type: ignore[arg-type]


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_recognised_and_leaves_length_and_seed_alone(name: str) -> None:
    chosen = with_preset(Sampling(max_words=30, seed=5, candidates=5, eagerness=9), name)
    assert preset_of(chosen) == name
    assert (chosen.max_words, chosen.seed, chosen.candidates, chosen.eagerness) == (30, 5, 5, 9)


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("before", PRESETS)
def test_a_preset_leaves_nothing_of_the_one_before(name: str, before: str) -> None:
    odd = Sampling(typical_p=0.5, no_repeat_ngram=3, dry_base=3.0, dry_allowed_length=9, xtc_probability=0.5, xtc_threshold=0.3)
    assert with_preset(with_preset(Sampling(), before), name) == with_preset(odd, name) == with_preset(Sampling(), name)


def test_what_the_presets_are() -> None:
    assert with_preset(Sampling(), "balanced") == Sampling()
    assert with_preset(Sampling(), "exact").temperature == 0
    assert with_preset(Sampling(), "mail") == Sampling(temperature=0.2)
    story = with_preset(Sampling(), "story")
    assert (story.temperature, story.min_p, story.dry_multiplier) == (0.9, 0.05, 0.8)
    wild = with_preset(Sampling(), "wild")
    assert (wild.temperature, wild.min_p, wild.dry_multiplier) == (1.1, 0.02, 0)


def test_a_long_continuation_avoids_repetitions_and_is_always_shown() -> None:
    assert (LONG.dry_multiplier, LONG.dry_base, LONG.dry_allowed_length) == (0.8, 1.75, 2)
    assert LONG.eagerness == 100


def test_every_value_of_sampling_that_can_be_set_is_kept(tmp_path: Path) -> None:
    numbers = {key: allowed.high for key, allowed in RANGES.items()} | {
        "max_words": 50,
        "max_sentences": Sampling().max_sentences,
    }
    sampling = Sampling(**numbers)  # type: ignore[arg-type]
    settings = Settings(tmp_path / "settings.toml")
    settings.set_sampling(sampling)
    settings.save()
    assert loaded(tmp_path / "settings.toml").sampling() == sampling


def test_values_of_ones_own_are_no_preset() -> None:
    assert preset_of(Sampling(temperature=0.35)) is None
    assert preset_of(Sampling(xtc_probability=0.1)) is None


def test_what_another_process_wrote_meanwhile_stays_but_for_what_was_changed_here(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    settings = Settings(file)
    settings["page.font_size"] = 20
    settings.save()
    other = loaded(file)
    other["model.name"] = "gpt2"
    other["page.font_size"] = 9
    other.save()
    settings["page.width"] = 60
    settings["model.name"] = settings["model.name"]
    settings.save()
    found = loaded(file)
    assert (found["model.name"], found["page.font_size"], found["page.width"]) == ("gpt2", 20, 60)
