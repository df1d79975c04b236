"""Which encoding a short text is in, where neither a mark nor UTF-8 says it."""

from __future__ import annotations

import pytest

from afterword.drafts.encoding import Form, decode

# First sentences of books, proverbs, and what people write to each other.
SENTENCES = {
    "cp1252": (
        "Alle glücklichen Familien gleichen einander.",
        "Das Café schließt um 18 Uhr – leider.",
        "„Größe ist nicht alles“, sagte sie.",
        "Schöne Grüße aus Österreich!",
        "Übung macht den Meister.",
        "Das Buch kostet 12 €, müsste aber billiger sein.",
        "Der Junge aß den süßen Brei.",
        "Longtemps, je me suis couché de bonne heure.",
        "Aujourd’hui, maman est morte. Ou peut-être hier, je ne sais pas.",
        "« Ça va ? » demanda-t-il à la sœur.",
        "Où est la bibliothèque, s’il vous plaît ?",
        "Le cœur a ses raisons que la raison ne connaît point.",
        "J’ai payé 30 € pour un gâteau à la crème.",
        "En un lugar de la Mancha, de cuyo nombre no quiero acordarme, vivía un hidalgo.",
        "El año pasado pasé las vacaciones en España.",
        "¿Qué hora es? ¡Mañana será otro día!",
        "La niña comió piña.",
        "Muchos años después, frente al pelotón de fusilamiento, había de recordar aquella tarde.",
        "“No sé”, dijo el señor — y calló.",
        "Não há mal que sempre dure.",
        "A emoção é a razão do coração.",
        "Você já leu as “Memórias Póstumas”?",
        "Amanhã vou à praia com o João.",
        "Os irmãos não estão cá, só a avó.",
        "Perché non è più così?",
        "La città è bella, però è cara.",
        "Nel mezzo del cammin di nostra vita mi ritrovai per una selva oscura, ché la diritta via era smarrita.",
        "“Cioè, sarà già lunedì”, disse l’uomo.",
        "Il caffè costa 1 €.",
        "Det er både sjovt og lærerigt at læse bøger.",
        "På gensyn, søster!",
        "Der var så dejligt ude på landet; det var sommer, kornet stod gult, havren grøn.",
        "“Hvad fanden!” råbte han – og gik.",
        "Rødgrød med fløde.",
        "Å være eller ikke være, det er spørsmålet.",
        "Det var en gång en pojke som åt för många äpplen.",
        "Hän meni eilen järvelle ja söi jäätelöä.",
        "Ze zei: “Ik heb één idee, maar België is te ver.”",
        "She said “it’s only a naïve café” — and left.",
        "The résumé costs €20, or £17.",
    ),
    "cp1250": (
        "Litwo! Ojczyzno moja! ty jesteś jak zdrowie.",
        "Zażółć gęślą jaźń.",
        "Dzień dobry, proszę o dwie kawy.",
        "„Nie wiem”, powiedziała siostra — i wyszła.",
        "Książka kosztuje 30 złotych, a mój brat już ją przeczytał.",
        "Język polski jest trudny, ale piękny.",
        "Wszystkie szczęśliwe rodziny są do siebie podobne.",
        "Příliš žluťoučký kůň úpěl ďábelské ódy.",
        "Dobrý den, kolik stojí tahle kniha?",
        "„Tak nám zabili Ferdinanda,“ řekla posluhovačka panu Švejkovi.",
        "Všechny šťastné rodiny jsou si podobné.",
        "Děkuji, mám se dobře, a co vaše děti?",
        "Řeka teče pod mostem.",
        "Jó napot kívánok, hogy vagy?",
        "Az idő pénz, de az őszi eső szép.",
        "„Nem tudom” – mondta a nő, és elment.",
        "A boldog családok mind hasonlók egymáshoz, minden boldogtalan család a maga módján az.",
        "Árvíztűrő tükörfúrógép.",
        "Se continuă oricum, se aşteaptă analiza erorilor.",
        "Köszönöm szépen, viszontlátásra a jövő héten!",
    ),
    "cp1251": (
        "Все счастливые семьи похожи друг на друга.",
        "Мой дядя самых честных правил, когда не в шутку занемог.",
        "«Не знаю», — сказала она.",
        "Привет! Как дела?",
        "Съешь ещё этих мягких французских булок.",
        "Книга стоит 300 рублей.",
        "Директива не имеет имени.",
        "Име на цвят на преден план.",
    ),
    "cp1253": (
        "Καλημέρα, τι κάνεις σήμερα;",
        "Όλες οι ευτυχισμένες οικογένειες μοιάζουν μεταξύ τους.",
        "«Δεν ξέρω», είπε η γυναίκα.",
        "Το βιβλίο κοστίζει 12 € και είναι καλό.",
    ),
    "cp1254": (
        "Bütün mutlu aileler birbirine benzer.",
        "Günaydın, bugün nasılsınız?",
        "“Bilmiyorum”, dedi kadın ve gitti.",
        "İstanbul’da kış soğuk geçer.",
        "Ağaç yaş iken eğilir.",
        "Kitabın fiyatı 30 lira, çok güzel.",
    ),
}


@pytest.mark.parametrize(("encoding", "sentence"), [(name, each) for name, texts in SENTENCES.items() for each in texts])
@pytest.mark.parametrize("newline", ["", "\n"])
def test_a_sentence_in_the_usual_encoding_of_its_language_is_read_right(encoding: str, sentence: str, newline: str) -> None:
    assert decode((sentence + newline).encode(encoding))[0] == sentence + newline


def test_names_from_elsewhere_do_not_make_it_another_encoding() -> None:
    text = (
        "Die Señora saß früh am Fenster und zählte die Möwen. Søren hörte ihr zu, während er müßig Äpfel schälte. "
        "Später fuhr die Fähre über den Fluß, und François grüßte höflich."
    )
    assert decode(text.encode("cp1252"))[0] == text


@pytest.mark.parametrize(
    "text", ["“It’s Ødegård’s café,” he said—and left…", "Ist das „ß“ weg?", "Die ÄRZTE über ALLES – §5, 20 °C"]
)
def test_signs_and_capitals_where_they_belong_are_no_sign_of_another_encoding(text: str) -> None:
    assert decode(text.encode("cp1252"))[0] == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Das Mädchen hörte früh schöne Lieder, als es über Brücken ging.", "mac_roman"),
        ("Das Mädchen hörte früh schöne Lieder, als es über Brücken ging.", "cp850"),
        ("“Hello,” she said — and left…", "mac_roman"),
        ("A canção já não existe.", "cp850"),
        ("Välj vilken bok du vill läsa, så hämtar vi den.", "cp850"),
    ],
)
def test_an_old_encoding_is_still_known(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == (text, Form(encoding=encoding))
