/**
 * PartiQL as DynamoDB has it: text read into a {@link dev.aloft.service.dynamodb.partiql.Statement}, whose conditions
 * and updates are those of {@link dev.aloft.service.dynamodb.expression}. Nothing here knows tables.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.html">PartiQL - a
 * SQL-compatible
 *     query language for Amazon DynamoDB</a>
 */
package dev.aloft.service.dynamodb.partiql;
