/**
 * DynamoDB's expressions: one lexer and one parser of paths, names and values under all kinds.
 *
 * <pre>
 *   text → {@link dev.aloft.service.dynamodb.expression.Lexer} → Parser → Syntax (what was written)
 *        → checks in AWS's order → {@link dev.aloft.service.dynamodb.expression.Condition} (filter, condition, key
 *        condition),
 *          {@link dev.aloft.service.dynamodb.expression.Projection} or
 *          {@link dev.aloft.service.dynamodb.expression.Update}
 * </pre>
 *
 * What comes out has no placeholders left and cannot fail but for what the item holds. The parameters of the time
 * before expressions are turned into the same three by their operation.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html">Expressions</a>
 */
package dev.aloft.service.dynamodb.expression;
