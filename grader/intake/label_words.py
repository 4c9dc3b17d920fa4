"""What papers in some languages call a problem, a part and an answer: alternatives of a regular expression, to be matched without regard to case."""

from __future__ import annotations

QUESTION_WORDS = "|".join((
    "question|problem|exercise|task|prob|ques|aufgabe|frage|übung|pregunta|ejercicio|problema|exercice|problème|esercizio|domanda",
    "questão|exercício|opgave|vraag|uppgift|fråga|oppgave|spørgsmål|tehtävä|kysymys|zadanie|pytanie|úloha|otázka|příklad|задача|вопрос|упражнение",
    "задание|завдання|soru|问题|問題|题目|习题|题|問|第|문제|질문"))
PART_WORDS = "part|teil|teilaufgabe|parte|partie|inciso|apartado|deel|deloppgave|deluppgift|część|część|часть|пункт|部分|小题|小問"
ANSWER_WORDS = "|".join((
    "lösung|antwort|solución|respuesta|réponse|soluzione|risposta|solução|resposta|oplossing|antwoord|lösning|svar|løsning|ratkaisu|vastaus",
    "rozwiązanie|odpowiedź|řešení|odpověď|решение|ответ|відповідь|çözüm|cevap|解答|答案|解|答|풀이|답"))
AGAIN = (r"(?:second|2nd|third|3rd|new|next|last|final|other|another)\s+(?:attempt|try|version)|correct(?:ed|ion)|revis(?:ed|ion)|redone|retry|"
         r"re-?do|try again|take two|v2")
"""What a label says that replaces an earlier answer."""
GOES_ON = r"continu(?:ed|ation|ing)|cont(?:['’]?d|\.|inues)?|ctd|fortsetzung|suite|seguito|continuación"
REMARK = rf"(?:[(\[][ \t]*(?:{AGAIN}|{GOES_ON}|updated?|fixed|improved)[ \t]*[)\]][ \t]*)?"
"""A remark in brackets that belongs to a label: `5c (corrected):`."""
