"""What is said about changes: what kind of edit they are, and what reviewers hold against them"""

import sqlalchemy as sa
from alembic import op

from storage.tables import Instant

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('assessment',
    sa.Column('change_id', sa.String(), nullable=False),
    sa.Column('item_id', sa.String(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('at', Instant(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('kinds', sa.String(), nullable=False),
    sa.Column('weight', sa.Integer(), nullable=False),
    sa.Column('is_stealth', sa.Boolean(), nullable=False),
    sa.Column('edit_id', sa.String(), nullable=True),
    sa.Column('edits', sa.JSON(), nullable=False),
    sa.Column('parts', sa.JSON(), nullable=False),
    sa.Column('terms', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('change_id')
    )
    op.create_index('ix_assessment_at', 'assessment', ['at'])
    op.create_index('ix_assessment_edit_id', 'assessment', ['edit_id'])
    op.create_index('ix_assessment_source_kinds', 'assessment', ['source', 'kinds'])
    op.create_table('annotation',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('change_id', sa.String(), nullable=False),
    sa.Column('ruling', sa.String(), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.Column('at', Instant(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_annotation_change_id', 'annotation', ['change_id'])


def downgrade() -> None:
    raise NotImplementedError('a store is never taken back to an older schema')
