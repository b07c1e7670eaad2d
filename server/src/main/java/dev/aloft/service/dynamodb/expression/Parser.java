package dev.aloft.service.dynamodb.expression;

import dev.aloft.service.dynamodb.expression.Lexer.Kind;
import dev.aloft.service.dynamodb.expression.Lexer.Token;
import dev.aloft.service.dynamodb.expression.Syntax.Action;
import dev.aloft.service.dynamodb.expression.Syntax.Section;
import dev.aloft.service.dynamodb.value.ItemSize;
import dev.aloft.service.dynamodb.value.ValidationException;
import dev.aloft.service.dynamodb.value.Wording;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Reads expressions of all kinds:
 *
 * <pre>
 *   condition  := or;  or := and (OR and)*;  and := not (AND not)*;  not := NOT not | comparison
 *   comparison := operand ((= &lt;&gt; &lt; &lt;= &gt; &gt;=) operand | BETWEEN operand AND operand | IN (operand, …))?
 *   operand    := function(operand, …) | :value | path | ( condition )
 *   projection := path, …
 *   update     := (SET path = sum, … | REMOVE path, … | ADD path :value, … | DELETE path :value, …)+
 *   sum        := operand ((+ | -) operand)? | ( sum )
 *   path       := name (.name | [number])*;  name := word | #placeholder
 * </pre>
 */
final class Parser {
    static final int MAX_OPERATORS = 300;
    private static final int MAX_BYTES = 4 << 10;
    /**
     * Deeper parentheses and functions are not read. A meaningful expression has fewer, as it has no more operators.
     */
    private static final int MAX_NESTING = 320;
    private static final int MAX_PATH = 32;
    private static final Set<String> COMPARATORS = Set.of("=", "<>", "<", "<=", ">", ">=");
    /** In expressions of any kind these are no names. */
    private static final Set<String> KEYWORDS =
        Set.of("AND", "OR", "NOT", "BETWEEN", "IN", "SET", "REMOVE", "ADD", "DELETE");
    private static final Set<String> SECTION_WORDS = Set.of("SET", "REMOVE", "ADD", "DELETE");

    private final String text;
    private final List<Token> tokens;
    private final boolean update;
    private int at;
    private int nesting;
    private int operators;
    private boolean redundant;

    private Parser(String text, boolean update, Wording wording) {
        if (text.isEmpty()) {
            throw new ValidationException("The expression can not be empty;");
        }
        int size = ItemSize.of(text);
        if (size > MAX_BYTES) {
            throw new ValidationException("Expression size has exceeded the maximum allowed size;"
                + (update || wording == Wording.PRESENT ? "" : " expression size: " + size));
        }
        this.text = text;
        this.tokens = Lexer.tokens(text);
        this.update = update;
    }

    static Syntax condition(String text, Wording wording) {
        var parser = new Parser(text, false, wording);
        var condition = parser.asCondition(parser.or());
        parser.end();
        if (parser.redundant) {
            throw new ValidationException("The expression has redundant parentheses;");
        }
        return condition;
    }

    static List<Syntax.PathAt> projection(String text, Wording wording) {
        var parser = new Parser(text, false, wording);
        var paths = new ArrayList<Syntax.PathAt>();
        do {
            paths.add(parser.path());
        } while (parser.takes(","));
        parser.end();
        return paths;
    }

    static Syntax.Actions update(String text, Wording wording) {
        var parser = new Parser(text, true, wording);
        var actions = new ArrayList<Action>();
        var sections = EnumSet.noneOf(Section.class);
        var repeated = Optional.<Section>empty();
        do {
            var section = parser.section(actions);
            if (!sections.add(section) && repeated.isEmpty()) {
                repeated = Optional.of(section);
            }
        } while (parser.peek().kind() != Kind.END);
        return new Syntax.Actions(actions, repeated);
    }

    private Section section(List<Action> actions) {
        var word = peek();
        if (word.kind() != Kind.WORD || !SECTION_WORDS.contains(word.text().toUpperCase(Locale.ROOT))) {
            throw refused();
        }
        at++;
        var section = Section.valueOf(word.text().toUpperCase(Locale.ROOT));
        do {
            var path = path();
            switch (section) {
                case SET -> {
                    expect("=");
                    actions.add(new Action(section, path, sum()));
                }
                case REMOVE -> actions.add(new Action(section, path, null));
                case ADD, DELETE -> {
                    if (peek().kind() != Kind.VALUE) {
                        throw refused();
                    }
                    actions.add(new Action(section, path, value()));
                }
            }
        } while (takes(","));
        return section;
    }

    private Syntax sum() {
        if (peek().is("(")) {
            // Either the whole sum or its first operand stands in parentheses.
            int start = at;
            enter();
            at++;
            var inner = sum();
            expect(")");
            nesting--;
            if (inner instanceof Syntax.Sum || !peek().is("+") && !peek().is("-")) {
                return inner;
            }
            at = start;
        }
        var left = operand();
        var operator = peek();
        if (!operator.is("+") && !operator.is("-")) {
            return left;
        }
        operator();
        return new Syntax.Sum(operator.text(), left, operand(), at);
    }

    private Syntax or() {
        var first = and();
        if (!peek().isWord("OR")) {
            return first;
        }
        var parts = new ArrayList<>(List.of(asCondition(first)));
        int token = at;
        while (peek().isWord("OR")) {
            operator();
            parts.add(asCondition(and()));
        }
        return new Syntax.Or(parts, token);
    }

    private Syntax and() {
        var first = not();
        if (!peek().isWord("AND")) {
            return first;
        }
        var parts = new ArrayList<>(List.of(asCondition(first)));
        int token = at;
        while (peek().isWord("AND")) {
            operator();
            parts.add(asCondition(not()));
        }
        return new Syntax.And(parts, token);
    }

    private Syntax not() {
        if (!peek().isWord("NOT")) {
            return comparison();
        }
        int token = at;
        enter();
        operator();
        var not = new Syntax.Not(asCondition(not()), token);
        nesting--;
        return not;
    }

    private Syntax comparison() {
        var left = operand();
        int token = at;
        var next = peek();
        if (next.kind() == Kind.SYMBOL && COMPARATORS.contains(next.text())) {
            asOperand(left);
            operator();
            return new Syntax.Compare(next.text(), left, asOperand(operand()), token);
        }
        if (next.isWord("BETWEEN")) {
            asOperand(left);
            operator();
            var low = asOperand(operand());
            if (!peek().isWord("AND")) {
                throw refused();
            }
            at++;
            return new Syntax.Between(left, low, asOperand(operand()), token);
        }
        if (next.isWord("IN")) {
            asOperand(left);
            operator();
            expect("(");
            return new Syntax.In(left, arguments(), token);
        }
        return left;
    }

    private List<Syntax> arguments() {
        var arguments = new ArrayList<Syntax>();
        do {
            arguments.add(asOperand(operand()));
        } while (takes(","));
        expect(")");
        return arguments;
    }

    private Syntax operand() {
        var token = peek();
        if (token.is("(")) {
            return parentheses();
        }
        if (token.kind() == Kind.VALUE) {
            return value();
        }
        if (token.kind() == Kind.WORD && !isKeyword(token) && tokens.get(at + 1).is("(")) {
            at += 2;
            enter();
            var arguments = arguments();
            nesting--;
            return new Syntax.Call(token.text(), arguments, at);
        }
        return path();
    }

    private Syntax parentheses() {
        at++;
        enter();
        boolean doubled = peek().is("(");
        int inner = at;
        var content = update ? operand() : or();
        // ((x)) says twice what (x) says; ((a) = (b)) does not.
        redundant |= doubled && closing(inner) == at - 1;
        expect(")");
        nesting--;
        if (!update && content instanceof Syntax.PathAt path && (peek().is(".") || peek().is("["))) {
            var steps = new ArrayList<>(path.steps());
            steps(steps);
            return new Syntax.PathAt(checked(steps), at);
        }
        return content;
    }

    /** Where the parenthesis that opens here is closed. */
    private int closing(int open) {
        int depth = 0;
        for (int i = open; i < tokens.size(); i++) {
            depth += tokens.get(i).is("(") ? 1 : tokens.get(i).is(")") ? -1 : 0;
            if (depth == 0) {
                return i;
            }
        }
        return -1;
    }

    private Syntax value() {
        var token = tokens.get(at++);
        return new Syntax.ValueAt(token.text(), at);
    }

    private Syntax.PathAt path() {
        var steps = new ArrayList<>();
        steps.add(name());
        steps(steps);
        return new Syntax.PathAt(checked(steps), at);
    }

    private void steps(List<Object> steps) {
        while (true) {
            if (takes(".")) {
                steps.add(name());
            } else if (takes("[")) {
                var number = peek();
                if (number.kind() != Kind.NUMBER) {
                    throw refused();
                }
                at++;
                if (number.text().length() > 9) {
                    throw new ValidationException("List index is not within the allowable range; index: ["
                        + number.text() + "]");
                }
                steps.add(Integer.valueOf(number.text()));
                expect("]");
            } else {
                return;
            }
        }
    }

    private static List<Object> checked(List<Object> steps) {
        if (steps.size() > MAX_PATH) {
            throw new ValidationException("The document path has too many nesting levels; nesting levels: "
                + steps.size());
        }
        return steps;
    }

    private String name() {
        var token = peek();
        if (token.kind() != Kind.NAME && (token.kind() != Kind.WORD || isKeyword(token))) {
            throw refused();
        }
        at++;
        return token.text();
    }

    private boolean isKeyword(Token token) {
        return KEYWORDS.contains(token.text().toUpperCase(Locale.ROOT));
    }

    private Syntax asCondition(Syntax syntax) {
        if (!syntax.isCondition()) {
            at = syntax.token();
            throw refused();
        }
        return syntax;
    }

    private Syntax asOperand(Syntax syntax) {
        if (!syntax.isOperand()) {
            at = syntax.token();
            throw refused();
        }
        return syntax;
    }

    private void operator() {
        at++;
        if (++operators > MAX_OPERATORS) {
            throw tooMany();
        }
    }

    private void enter() {
        if (++nesting > MAX_NESTING) {
            throw tooMany();
        }
    }

    private static ValidationException tooMany() {
        return new ValidationException("The expression contains too many operators; operator count: "
            + (MAX_OPERATORS + 1));
    }

    private Token peek() {
        return tokens.get(at);
    }

    private boolean takes(String symbol) {
        boolean is = peek().is(symbol);
        at += is ? 1 : 0;
        return is;
    }

    private void expect(String symbol) {
        if (!takes(symbol)) {
            throw refused();
        }
    }

    private void end() {
        if (peek().kind() != Kind.END) {
            throw refused();
        }
    }

    /** The token where reading stopped, and what stands around it, blanks too: the token before and the one behind. */
    private ValidationException refused() {
        var token = peek();
        int from = at == 0 ? 0 : tokens.get(at - 1).start();
        int to = token.kind() == Kind.END ? token.end() : tokens.get(at + 1).end();
        return new ValidationException("Syntax error; token: \"" + token.text() + "\", near: \""
            + text.substring(from, to) + "\"");
    }
}
