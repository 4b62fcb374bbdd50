"""The watch: what is learned of every article, who holds the watch, whose turn it is, what was not looked at"""

import sqlalchemy as sa
from alembic import op

from storage.tables import Instant

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('target', sa.Column('channel', sa.Text(), nullable=True))
    op.add_column('target', sa.Column('stamp', sa.Text(), nullable=True))
    op.add_column('target', sa.Column('watched', sa.JSON(none_as_null=True), nullable=True))
    op.create_index('ix_target_channel', 'target', ['channel'])
    op.create_table('experience',
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('data', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('source')
    )
    op.create_table('turn',
    sa.Column('host', sa.String(), nullable=False),
    sa.Column('next_start', Instant(), nullable=False),
    sa.Column('held', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('host')
    )
    op.create_table('lease',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('holder', sa.Text(), nullable=False),
    sa.Column('since', Instant(), nullable=False),
    sa.Column('until', Instant(), nullable=False),
    sa.PrimaryKeyConstraint('name')
    )
    op.create_table('stretch',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('what', sa.String(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('started', Instant(), nullable=False),
    sa.Column('until', Instant(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_stretch_until', 'stretch', ['until'])
    op.create_index('ix_stretch_what', 'stretch', ['what', 'source', 'until'])
    op.create_table('beat',
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('last', Instant(), nullable=True),
    sa.Column('next', Instant(), nullable=True),
    sa.PrimaryKeyConstraint('source')
    )
    op.create_index('ix_visit_url_at', 'visit', ['url', 'at'])
    op.create_index('ix_visit_last', 'visit', ['source', 'outcome', 'at'])


def downgrade() -> None:
    raise NotImplementedError('a store is never taken back to an older schema')
