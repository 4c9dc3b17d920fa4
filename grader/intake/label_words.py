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
